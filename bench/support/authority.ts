/** Whom the benches' origins are vouched for by. */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The authority that signed the origins' certificates, alone in a file: programs that read all
 * that they are to trust once they have connected book the time for many as the handshake's.
 */
export async function authorityFile(): Promise<string> {
  const all = await readFile(process.env["NODE_EXTRA_CA_CERTS"] ?? "", "utf8");
  const file = join(await mkdtemp(join(tmpdir(), "authority-")), "authority.pem");
  await writeFile(file, all.slice(all.lastIndexOf("-----BEGIN")));
  return file;
}
