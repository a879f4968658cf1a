// deno-lint-ignore-file
// Looks for the host in the globals.
import { attempts } from "./attack_support.js";

const names = `Deno process Buffer require module global self window Worker WebSocket fetch XMLHttpRequest navigator
  location caches CacheStorage BroadcastChannel MessageChannel EventSource localStorage prompt alert setTimeout
  setInterval setImmediate queueMicrotask reportError postMessage close onmessage addEventListener removeEventListener
  importScripts Atomics SharedArrayBuffer WebAssembly WeakRef FinalizationRegistry Intl Temporal eval Blob File URL
  Request Response Event EventTarget AbortController TextEncoder ReadableStream GPU crypto.subtle name`.split(/\s+/);

export default attempts(Object.fromEntries(names.map((name) => [
  name,
  () => name.split(".").reduce((object, key) => object[key], globalThis),
])));
