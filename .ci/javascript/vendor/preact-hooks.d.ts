/** What the till uses of the vendored module, whose minified text tells no types. */
export function useEffect(run: () => void | (() => void), of?: readonly any[]): void;
export function useLayoutEffect(run: () => void | (() => void), of?: readonly any[]): void;
/** Null is before there is anything, of which nobody says here what it will be. */
export function useRef(initial?: null): { current: any };
export function useRef<T>(initial: T): { current: T };
export function useState(initial?: null): [any, (next: any) => void];
export function useState(initial: never[]): [any[], (next: any[]) => void];
export function useState<T>(initial?: T | (() => T)): [T, (next: T | ((before: T) => T)) => void];
