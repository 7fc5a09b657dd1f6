import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startLanguages } from '../lib/i18n/index.ts';
import { App } from './app.tsx';
import './styles.css';
import './desk.css';
import './aside.css';
import './pages.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
await startLanguages();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
