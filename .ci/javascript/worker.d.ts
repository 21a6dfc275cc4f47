/** The service worker's own scope: the page's modules and it are checked together. */
interface Window {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}
