/** Bundled as text: see the rules in wrangler.toml. */
declare module "casperjs/*" {
  const text: string;
  export default text;
}
