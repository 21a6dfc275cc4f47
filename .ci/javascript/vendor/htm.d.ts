/** What the till uses of the vendored module, whose minified text tells no types. */
declare const htm: { bind(h: Function): (parts: TemplateStringsArray, ...values: any[]) => any };
export default htm;
