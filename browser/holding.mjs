// Holding up what writes a table, for as long as a test wants: what happens in the middle of a bill run is then looked at
// however fast the machine is. It takes PostgreSQL, which has locks that a client can hold.
import { spawn } from "node:child_process";
import assert from "node:assert/strict";

// hold stops all writing to a table until release is called; reading goes on.
export async function hold(table) {
  const url = process.env.POSTMETER_BROWSER_DB;
  assert.ok(url, "this story holds a table of PostgreSQL: run it by go test -tags browser -run TestPages/stories ./browser");
  const psql = spawn("psql", ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", url], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((done) => psql.once("exit", done));
  const said = new Promise((done, fail) => {
    psql.stdout.on("data", done);
    psql.once("exit", (code) => fail(new Error(`psql ended with ${code}`)));
  });
  psql.stdin.write(`BEGIN;\nLOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE;\nSELECT 'held';\n`);
  await said;
  return {
    // release may be called again: whoever fails in between calls it in the end, since nothing that waits for the table ends before.
    async release() {
      if (!psql.stdin.writableEnded) psql.stdin.end("ROLLBACK;\n");
      await ended;
    },
  };
}
