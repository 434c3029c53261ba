// Holds manifests of KEDA, CloudNativePG and the Prometheus operator against the types made of their definitions: each becomes a constant of its
// type, and the compiler says what is unknown, missing or of another type. Files named are what kustomize made.
// The other kinds are checked by the unit tests of deploy/cli.
import {readFileSync, writeFileSync} from 'node:fs';
import ts from 'typescript';
import {parseAllDocuments} from 'yaml';

const MODULES = {
  'keda.sh/v1alpha1': '@kubernetes-models/keda/keda.sh/v1alpha1',
  'monitoring.coreos.com/v1': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
  'postgresql.cnpg.io/v1': '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1',
};
const SLIPS = [
  ['"maxReplicaCount":', '"maxReplicas":'],
  ['"instances":1', '"instances":"1"'],
  ['"secretTargetRef":', '"secretRef":'],
  ['"metricRelabelings":', '"metricRelabeling":'],
  ['"port":"http"', '"prot":"http"'],
  ['"alert":"GodwitRunStalled"', '"alert":7'],
  ['"scaleTargetRef":{"name":"migration-service"},', ''],
];

const documents = process.argv.slice(2).flatMap(file => parseAllDocuments(readFileSync(file, 'utf8')).map(document => document.toJS()));
const ours = documents.filter(document => MODULES[document.apiVersion]);
const kinds = new Map(ours.map(document => [document.kind, MODULES[document.apiVersion]]));
const source = [
  ...[...kinds].map(([kind, module]) => `import type {I${kind}} from '${module}/${kind}';`),
  ...ours.map((document, i) => `export const d${i}: I${document.kind} = ${JSON.stringify(document)};`),
].join('\n');

function errors(text) {
  const file = new URL('manifests.generated.mts', import.meta.url).pathname;
  writeFileSync(file, text);
  const program = ts.createProgram([file], {
    noEmit: true, strict: true, skipLibCheck: true, types: [],
    module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16,
  });
  return ts.getPreEmitDiagnostics(program).map(found => ts.flattenDiagnosticMessageText(found.messageText, '\n').split('\n')[0].slice(0, 300));
}

const found = errors(source);
found.forEach(message => console.error(message));
const missed = SLIPS.filter(([right, wrong]) => {
  if (!source.includes(right)) {
    throw new Error(`no manifest says ${right} any more`);
  }
  return errors(source.replace(right, wrong)).length === 0;
});
missed.forEach(([, wrong]) => console.error(`not noticed: ${wrong}`));
console.log(`${ours.length} manifests of ${[...kinds.keys()].join(', ')}: ${found.length} errors; ${SLIPS.length - missed.length} of ${SLIPS.length} deliberate errors noticed`);
process.exit(found.length + missed.length + (ours.length === 0 ? 1 : 0) === 0 ? 0 : 1);
