import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * Two pages: the console, and the demonstration citizen's phone. Chunks are split by how often their source changes, so that an
 * upgrade of ours leaves the big libraries in the browsers' caches.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
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
