export { contentTypeOf } from "./content-type.ts";
export { deleteFile } from "./delete-file.ts";
export { encodedPath, type FileLink, linkUrl, newLink } from "./link.ts";
export { openLink } from "./open-link.ts";
export { readFile } from "./read-file.ts";
export { signLink, type SignLinkInput } from "./sign-link.ts";
