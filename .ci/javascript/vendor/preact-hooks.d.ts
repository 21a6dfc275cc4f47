/** What the till uses of the vendored module, whose minified text tells no types. */
export function useEffect(run: () => void | (() => void), of?: readonly any[]): void;
export function useLayoutEffect(run: () => void | (() => void), of?: readonly any[]): void;
export function useRef<T = any>(initial?: T): { current: T };
export function useState<T = any>(initial?: T | (() => T)): [T, (next: T | ((before: T) => T)) => void];
