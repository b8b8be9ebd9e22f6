import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Compressed once here, so that the service never does it while calls come in: a third of the bytes for the first load. */
const compressed = (): Plugin => ({
  name: 'compressed',
  apply: 'build',
  closeBundle() {
    const directory = join(import.meta.dirname, 'dist');
    for (const file of globSync('**/*.{js,css,html,svg}', { cwd: directory })) {
      const path = join(directory, file);
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: constants.Z_BEST_COMPRESSION }));
    }
  },
});

/**
 * Two pages: the console, and the demonstration citizen's phone. Chunks are split by how often their source changes, so that an
 * upgrade of ours leaves the big libraries in the browsers' caches.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react(), compressed()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // A page that the content security policy allows scripts from itself only can't use data: scripts; images stay files too.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    reportCompressedSize: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { console: `${import.meta.dirname}/index.html`, citizen: `${import.meta.dirname}/citizen.html` },
      output: {
        codeSplitting: {
          groups: [
            { name: 'jssip', test: /node_modules[\\/](jssip|sdp-transform|events|debug|ms)[\\/]/, priority: 30 },
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 20 },
          ],
        },
      },
    },
  },
});
