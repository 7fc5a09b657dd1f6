/** Builds the pages to `agent-desktop/dist`; the server sends them (and their `.gz`) as they are. */
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

const root = path.dirname(fileURLToPath(import.meta.url));
const compress = promisify(gzip);

/** Writes `<name>.gz` beside every script, style and vector, so that the server need not compress at run time. */
function gzipBeside(): Plugin {
  return {
    name: 'gzip-beside',
    apply: 'build',
    async writeBundle(options, bundle) {
      const folder = options.dir ?? path.join(root, 'dist');
      const names = Object.keys(bundle).filter((name) => /\.(?:js|css|svg)$/u.test(name));
      await Promise.all(
        names.map(async (name) => {
          const file = path.join(folder, name);
          await fs.writeFile(`${file}.gz`, await compress(await fs.readFile(file), { level: 9 }));
        }),
      );
    },
  };
}

export default defineConfig({
  root,
  base: '/',
  plugins: [react(), gzipBeside()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', sourcemap: false, chunkSizeWarningLimit: 2000 },
});
