// What a parser of the Structurizr language finds in each text of a JSON list on standard input.
const { C4Interpreter, StructurizrLexer, StructurizrParser } = require("structurizr-parser");

function read(text) {
  const lexed = StructurizrLexer.tokenize(text);
  StructurizrParser.input = lexed.tokens;
  const tree = StructurizrParser.workspaceWrapper();
  const errors = [...lexed.errors, ...StructurizrParser.errors].map((one) => one.message);
  if (errors.length) return { errors };
  const { people, softwaresystems } = C4Interpreter.visit(tree).model;
  const containers = softwaresystems.flatMap((one) => one.containers);
  return {
    errors,
    people: people.map((one) => one.name),
    containers: containers.map((one) => one.name),
    relations: [...people, ...containers].flatMap((one) => one.relationships.map((to) => [one.id, to.targetId])),
  };
}

let given = "";
process.stdin.on("data", (part) => (given += part));
process.stdin.on("end", () => process.stdout.write(JSON.stringify(JSON.parse(given).map(read))));
