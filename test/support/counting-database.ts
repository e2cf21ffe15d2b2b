/** A D1 binding that adds up the rows which its statements wrote, indexes included. */
export function countingDatabase(binding: D1Database): {
  binding: D1Database;
  rowsWritten: () => number;
} {
  let rows = 0;
  const originals = new WeakMap<object, D1PreparedStatement>();
  const count = <T extends D1Result>(result: T): T => {
    rows += result.meta.rows_written;
    return result;
  };
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const counting = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: async () => count(await statement.run()),
      all: async () => count(await statement.all()),
      raw: (...options: Parameters<D1PreparedStatement["raw"]>) => statement.raw(...options),
      first: (...columns: Parameters<D1PreparedStatement["first"]>) => statement.first(...columns),
    } as unknown as D1PreparedStatement;
    originals.set(counting, statement);
    return counting;
  };
  const counting = {
    prepare: (query: string) => wrap(binding.prepare(query)),
    batch: async (statements: D1PreparedStatement[]) => {
      const results = await binding.batch(statements.map((one) => originals.get(one) ?? one));
      return results.map(count);
    },
  } as unknown as D1Database;
  return { binding: counting, rowsWritten: () => rows };
}
