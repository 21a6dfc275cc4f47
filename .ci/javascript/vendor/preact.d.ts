/** What the till uses of the vendored module, whose minified text tells no types. */
export function h(kind: any, props: object | null, ...children: any[]): any;
export function render(view: any, into: Element): void;
