import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Authority, type Credentials, selfSigned } from "./certificates.node.ts";

/** Certificates for servers on this machine, good ones and bad ones. */
export interface TestCertificates {
  /** For localhost and 127.0.0.1, by an authority that workerd trusts. */
  trusted: Credentials;
  wrongHost: Credentials;
  expired: Credentials;
  notYet: Credentials;
  selfSigned: Credentials;
  /** By an authority that nobody trusts. */
  untrusted: Credentials;
}

const DAY_MS = 86_400_000;
const HOSTS = ["localhost", "127.0.0.1"];
/** Carries the certificates from where the tests are configured to where their servers start. */
const CARRIER = "OUTRIDER_TEST_CERTIFICATES";

/**
 * Makes workerd trust an authority of our own. The package that starts it reads
 * NODE_EXTRA_CA_CERTS once, when it is first imported: call this before.
 */
export function trustTestAuthority(): void {
  const authority = new Authority("Outrider tests");
  const now = Date.now();
  const issue = (hosts: string[], notBefore: number, notAfter: number) =>
    authority.issue({
      commonName: "outrider-test",
      hosts,
      notBefore: new Date(now + notBefore * DAY_MS),
      notAfter: new Date(now + notAfter * DAY_MS),
    });
  const certificates: TestCertificates = {
    trusted: issue(HOSTS, -1, 30),
    wrongHost: issue(["elsewhere.example"], -1, 30),
    expired: issue(HOSTS, -30, -2),
    notYet: issue(HOSTS, 2, 30),
    selfSigned: selfSigned({ commonName: "outrider-test", hosts: HOSTS }),
    untrusted: new Authority("Nobody").issue({ commonName: "outrider-test", hosts: HOSTS }),
  };
  process.env[CARRIER] = JSON.stringify(certificates);

  const folder = mkdtempSync(join(tmpdir(), "outrider-authority-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const bundle = join(folder, "authorities.pem");
  const others = process.env.NODE_EXTRA_CA_CERTS;
  writeFileSync(bundle, `${others ? readFileSync(others, "utf8") : ""}\n${authority.cert}`);
  process.env.NODE_EXTRA_CA_CERTS = bundle;
}

/** What {@link trustTestAuthority} made. */
export function testCertificates(): TestCertificates {
  return JSON.parse(process.env[CARRIER] ?? "{}") as TestCertificates;
}
