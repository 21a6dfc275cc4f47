/** What the till uses of the vendored module, whose minified text tells no types. */
export interface Signal<T = any> {
  value: T;
  peek(): T;
  subscribe(listener: (value: T) => void): () => void;
}
export function signal<T>(value: T): Signal<T>;
export function computed<T>(from: () => T): Readonly<Signal<T>>;
export function effect(run: () => void | (() => void)): () => void;
export function batch<T>(run: () => T): T;
