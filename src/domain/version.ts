/** Of the product; `package.json` says the same, and a test holds them together. */
export const PRODUCT_VERSION = "1.0.0";
