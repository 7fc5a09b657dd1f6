// The house's import table (docs/architecture.md) and habits, as lint.
import js from '@eslint/js';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** room -> what it may import of ours (itself always). Anything else of ours is forbidden. */
const rooms = {
  config: [],
  'telephony/ports': [],
  'telephony/sip': [],
  'telephony/sdp': [],
  'telephony/rtp': [],
  'telephony/webrtc': ['telephony/rtp', 'telephony/sdp'],
  'telephony/esl': [],
  'telephony/freeswitch': ['telephony/esl', 'telephony/sip', 'telephony/sdp', 'telephony/rtp', 'telephony/ports'],
  'telephony/embedded': ['telephony/sip', 'telephony/sdp', 'telephony/rtp', 'telephony/webrtc', 'telephony/ports'],
  'telephony/edge': ['telephony/ports', 'telephony/sip', 'telephony/embedded', 'config', 'server/log.ts'],
  ivr: ['telephony/ports', 'asr/ports.ts', 'config'],
  asr: ['config'],
  'server/acd': ['server/timeline'],
  'server/drafts': ['asr/ports.ts', 'asr/dialect', 'asr/transcript/spoken-days.ts', 'config/city.ts'],
  'server/knowledge': ['server/drafts'],
  'server/helper': ['server/drafts/helper', 'asr/engines/failover/breaker.ts'],
  'server/timeline': ['asr/ports.ts', 'server/drafts/types.ts'],
  'server/store': ['asr/ports.ts', 'server/drafts/types.ts', 'server/timeline', 'config'],
  'server/tickets': ['server/store', 'server/drafts', 'server/timeline'],
  'server/learning': ['server/drafts', 'server/store/ports.ts', 'config', 'asr/ports.ts'],
  'server/calls': [
    'telephony/ports',
    'asr/ports.ts',
    'ivr',
    'server/acd',
    'server/drafts',
    'server/tickets',
    'server/timeline',
    'server/store/ports.ts',
    'server/realtime/protocol.ts',
    'server/realtime/desk.ts',
    'config',
  ],
  'server/surge': [
    'config',
    'server/acd/line-store.ts',
    'server/acd/queue-rules.ts',
    'server/acd/line-policy.ts',
    'server/store/ports.ts',
    'server/store/surge-ports.ts',
    'server/timeline',
    'asr/ports.ts',
    'server/drafts/types.ts',
  ],
  'server/realtime': [
    'server/surge/api-types.ts',
    'asr/ports.ts',
    'server/acd/line-store.ts',
    'server/drafts/types.ts',
    'server/drafts/aside-types.ts',
    'server/store/ports.ts',
    'server/timeline',
    'telephony/ports',
  ],
  'server/http': [
    'server/acd/metrics',
    'server/surge',
    'server/realtime',
    'server/store',
    'server/tickets',
    'server/timeline',
    'server/drafts',
    'server/knowledge',
    'server/learning',
    'telephony/ports',
    'config',
  ],
  'agent-desktop/src/lib': [
    'server/acd/metrics/report.ts',
    'server/surge/api-types.ts',
    'config/surge-schema.ts',
    'server/realtime/protocol.ts',
    'server/drafts/types.ts',
    'server/drafts/aside-types.ts',
    'asr/ports.ts',
    'server/store/ports.ts',
    'config/city.ts',
  ],
};
const allRooms = ['config', 'telephony', 'ivr', 'asr', 'server', 'agent-desktop', 'tools', 'tests'];
const zones = Object.entries(rooms).flatMap(([room, may]) =>
  allRooms.map((from) => ({
    target: `./${room}`,
    from: `./${from}`,
    except: [room, ...may]
      .filter((m) => m === from || m.startsWith(`${from}/`))
      .map((m) => (m === from ? '.' : `./${m.slice(from.length + 1)}`)),
    message: `${room} may import of ours only: ${may.join(', ') || 'itself'} (docs/architecture.md)`,
  })),
);
const features = ['login', 'desk', 'supervisor', 'phone', 'line', 'surge', 'cloud-seat'];
const featureZones = features.map((f) => ({
  target: `./agent-desktop/src/features/${f}`,
  from: './agent-desktop/src/features',
  except: [`./${f}`],
  message: 'features do not import each other; compose them in app/',
}));

export default tseslint.config(
  { ignores: ['node_modules', 'data', '**/dist', 'coverage', 'asr/models', 'tests/golden', 'screenshots', '**/*.cjs'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.tsx', '.mjs', '.js'] })] },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './agent-desktop/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-restricted-paths': ['error', { zones: [...zones, ...featureZones] }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false, allowDefaultCaseForExhaustiveSwitch: false },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
    },
  },
  {
    // Pure cores: no clock, no randomness, no I/O.
    files: [
      'telephony/sip/**',
      'telephony/sdp/**',
      'telephony/rtp/**',
      'telephony/esl/codec/**',
      'telephony/edge/core/**',
      'ivr/core/**',
      'asr/dialect/**',
      'asr/transcript/**',
      'server/*/core/**',
      'server/drafts/**',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            'node:net',
            'node:dgram',
            'node:fs',
            'node:fs/promises',
            'node:timers',
            'node:timers/promises',
            'redis',
            'pg',
            'kysely',
            'pino',
          ],
        },
      ],
      'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'process'],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: 'Take the time as an input.',
        },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: 'Take randomness as an input.',
        },
      ],
    },
  },
  {
    files: ['agent-desktop/**'],
    plugins: { 'react-hooks': reactHooks },
    rules: { ...reactHooks.configs.recommended.rules },
  },
  {
    files: ['agent-desktop/src/{app,features,components}/**'],
    rules: { 'no-restricted-imports': ['error', { paths: ['sip.js', 'socket.io-client'] }] },
  },
  {
    files: ['agent-desktop/**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', { max: 120, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['tests/**', 'tools/**'],
    rules: { 'max-lines-per-function': 'off', 'no-console': 'off', 'max-params': 'off' },
  },
  { files: ['tests/unit/**'], rules: { 'no-restricted-globals': ['error', 'setTimeout', 'setInterval'] } },
  {
    files: ['**/*.{mjs,js}'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      ...tseslint.configs.disableTypeChecked.languageOptions,
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        Buffer: 'readonly',
      },
    },
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
);
