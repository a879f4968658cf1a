// deno-lint-ignore-file
// Calls home.
import { attempts } from "./attack_support.js";

export default attempts({
  fetch: () => fetch("http://127.0.0.1:9/"),
  socket: () => new WebSocket("ws://127.0.0.1:9/"),
  connect: () => Deno.connect({ port: 9 }),
  listen: () => Deno.listen({ port: 0 }),
  dns: () => Deno.resolveDns("example.com", "A"),
  events: () => new EventSource("http://127.0.0.1:9/"),
  cache: () => caches.open("x"),
});
