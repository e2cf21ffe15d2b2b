import { call } from "../../support/api.ts";

export type Test = Record<string, unknown>;
export type Row = Record<string, number | string | null>;

/** Fields of ours that the document's tests and checks do not have. */
export const BEYOND_TEST = [
  "type",
  "state",
  "wordAbsent",
  "method",
  "headerNames",
  "certWarningDays",
  "certExpires",
  "halted",
  "maintenance",
];
export const BEYOND_CHECK = ["method", "error"];

/** Makes a test and gives its id. */
export async function newTest(key: string, wish: object): Promise<number> {
  const { status, body } = await call<{ Test: { testID: number } }>(key, "POST", "/tests", wish);
  if (status !== 201) throw new Error(`No test: ${status} ${JSON.stringify(body)}`);
  return body.Test.testID;
}

export const dotted = (under: string, fields: string[]) => fields.map((name) => `${under}.${name}`);
