// Validates an AsyncAPI document as its readers would: the document, and every payload's schema.
// The examples are the samples in tests/golden, which the Rust tests compare with the schemas.
// Usage: node check.js FILE
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";
import { ProtoBuffSchemaParser } from "@asyncapi/protobuf-schema-parser";

const ERROR = 0;
const file = process.argv[2];
const parser = new Parser();
parser.registerSchemaParser(ProtoBuffSchemaParser());
const { document, diagnostics } = await parser.parse(readFileSync(file, "utf8"), { source: file });

for (const { severity, path, message, range } of diagnostics) {
  // What is only recommended stays unsaid.
  if (severity === ERROR) console.error(`${file}:${range.start.line + 1}: ${path.join(".")}: ${message}`);
}
const failed = diagnostics.some(({ severity }) => severity === ERROR);
if (!document || failed) process.exit(1);
const messages = document.allMessages().all().length;
console.log(`${file}: ${document.channels().all().length} channels, ${messages} messages`);
