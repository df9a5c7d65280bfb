// A session over TLS by the npm package basic-ftp: a listing, a download and
// uploads.
//
// Arguments: the package's folder, explicit|implicit, 1.2|1.3, P, host, port, dir,
// listing, fetched, small, large. There is no other protection than P.

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, start, version, , host, port, dir, listing, fetched, small, large] = process.argv.slice(2);
const { Client } = createRequire(import.meta.url)(folder);
const client = new Client(30_000);
client.ftp.log = (line) => console.log(line);

let failed = false;

// step does one transfer and tells how it failed.
async function step(what) {
	try {
		await what();
	} catch (err) {
		failed = true;
		console.log("failed:", err.code, err.message);
	}
}

await client.access({
	host,
	port: Number(port),
	user: "anonymous",
	password: "ftp@example.com",
	secure: start === "implicit" ? "implicit" : true,
	secureOptions: { rejectUnauthorized: false, minVersion: "TLSv" + version, maxVersion: "TLSv" + version },
});
await step(async () => writeFileSync(listing, (await client.list(dir)).map((e) => e.name).join("\n")));
await step(() => client.downloadTo(fetched, dir + "/there.bin"));
for (let i = 1; i <= 20; i++) {
	await step(() => client.uploadFrom(small, dir + "/small-" + String(i).padStart(2, "0") + ".bin"));
}
await step(() => client.uploadFrom(large, dir + "/large.bin"));
client.close();
process.exitCode = failed ? 1 : 0;
