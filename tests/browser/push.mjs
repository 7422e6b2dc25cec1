// A browser of another make, for web push: draws the keys of one, and opens what its push service was given (RFC 8291, RFC 8188),
// with a look at the sender's word (RFC 8292). By Node's own cryptography; nothing here is shared with regie.
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from "node:crypto";

const input = JSON.parse(process.argv[2]);
const text = (bytes) => Buffer.from(bytes).toString("base64url");
const bytes = (of) => Buffer.from(of, "base64url");

if (input.do === "keys") {
  const own = createECDH("prime256v1");
  own.generateKeys();
  console.log(JSON.stringify({ secret: text(own.getPrivateKey()), p256dh: text(own.getPublicKey()), auth: text(randomBytes(16)) }));
} else {
  const headers = Object.fromEntries(input.head.split("\r\n").slice(1).filter(Boolean).map((line) => {
    const at = line.indexOf(":");
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
  }));
  if (headers["content-encoding"] !== "aes128gcm" || !(Number(headers.ttl) > 0)) throw new Error(JSON.stringify(headers));

  const [, word, key] = headers.authorization.match(/^vapid t=([^,]+), k=(.+)$/);
  if (key !== input.key) throw new Error("another key than the page says");
  const [head, claims, signature] = word.split(".");
  const point = bytes(key);
  const jwk = { kty: "EC", crv: "P-256", x: text(point.subarray(1, 33)), y: text(point.subarray(33)) };
  const by = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
  if (!verify("sha256", Buffer.from(`${head}.${claims}`), by, bytes(signature))) throw new Error("no signature of that key");
  const said = JSON.parse(bytes(claims));
  const left = said.exp - Date.now() / 1000;
  if (said.aud !== input.aud || !(left > 0 && left <= 24 * 3600)) throw new Error(JSON.stringify(said));

  const body = Buffer.from(input.body, "base64");
  const [salt, size, length] = [body.subarray(0, 16), body.readUInt32BE(16), body[20]];
  const theirs = body.subarray(21, 21 + length);
  const record = body.subarray(21 + length);
  if (record.length > size) throw new Error("more than one record");
  const own = createECDH("prime256v1");
  own.setPrivateKey(bytes(input.keys.secret));
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), own.getPublicKey(), theirs]);
  const secret = hkdfSync("sha256", own.computeSecret(theirs), bytes(input.keys.auth), info, 32);
  const cek = hkdfSync("sha256", Buffer.from(secret), salt, "Content-Encoding: aes128gcm\0", 16);
  const nonce = hkdfSync("sha256", Buffer.from(secret), salt, "Content-Encoding: nonce\0", 12);
  const open = createDecipheriv("aes-128-gcm", Buffer.from(cek), Buffer.from(nonce));
  open.setAuthTag(record.subarray(-16));
  const plain = Buffer.concat([open.update(record.subarray(0, -16)), open.final()]);
  let end = plain.length;
  while (plain[end - 1] === 0) end -= 1;
  if (plain[end - 1] !== 2) throw new Error("no end of the last record");
  console.log(plain.subarray(0, end - 1).toString());
}
