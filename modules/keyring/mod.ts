/**
 * Keyrings: secrets of tasks that children inherit. Beside job containers they were the first user of pnotify. A
 * thread, a process and a session have a keyring each.
 *
 * @module
 */
export type { TaskArgument } from "../call.ts";
export {
  KEYRING,
  type KeyringArgument,
  type Keyrings,
  type KeyRow,
  type KeyTree,
  type SpecialKeyring,
  type TaskKeyrings,
} from "./keyrings.ts";
export { keyring, type KeyringParameters } from "./module.ts";
