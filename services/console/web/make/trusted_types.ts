// SPDX-License-Identifier: Apache-2.0
// The console's pages forbid scripts to write markup as text (require-trusted-types-for 'script').
// Libraries that empty an element or fill a style by innerHTML would stop there; both can be said by
// textContent, with the same effect. What else writes markup stops the build.
import type { Plugin } from 'vite';

const LIBRARIES = /node_modules\/(@rc-component|rc-[a-z-]+|antd|@ant-design|zrender|echarts)\//;
// An element emptied, a style element's text, a probe's.
const HARMLESS = /\.innerHTML\s*=\s*(''|""|'Test'|css\b|styleStr\b)/g;
// Left as they are, and never run here.
const NEVER_RUN = [
  /\/react-dom\//,                 // dangerouslySetInnerHTML and <script>, which no page of ours has
  /\/react-router\//,              // dangerouslySetInnerHTML of its own server rendering
  /\/echarts\/lib\/core\/echarts/, // pictures of several plots in SVG
  /\/echarts\/lib\/component\/toolbox\/feature\/DataView/,        // no toolbox is used
  /\/echarts\/lib\/component\/tooltip\/TooltipHTMLContent/,       // plots.ts: hints are drawn
  /\/zrender\/lib\/svg\/Painter/, // plots.ts: canvas
];

// Styles that Ant Design's parts write beside its theme (a dialog's lock of the page's scrolling) are
// not told the page's nonce, and the policy drops them.
const STYLES = /@rc-component\/util\/es\/Dom\/dynamicCSS\.js/;
const NONCE = 'styleNode.nonce = csp?.nonce;';
const OWN_NONCE = `styleNode.nonce = document.querySelector('meta[property="csp-nonce"]')?.nonce ?? '';`;

export function pageNonce(): Plugin {
  return {
    name: 'shareway-nonce',
    transform(code, id) {
      if (!STYLES.test(id)) return undefined;
      const given = code.replace(/if \(csp\?\.nonce\) \{\s*styleNode\.nonce = csp\?\.nonce;\s*\}/, `if (csp?.nonce) ${NONCE} else ${OWN_NONCE}`);
      if (given === code) this.error(`${id}: styles are written in another way than was known`);
      return { code: given, map: null };
    },
  };
}

export function trustedTypes(): Plugin {
  return {
    name: 'shareway-trusted-types',
    transform(code, id) {
      if (!/\.[mc]?[jt]sx?($|\?)/.test(id)) return undefined;
      if (!code.includes('nnerHTML') && !code.includes('insertAdjacentHTML')) return undefined;
      const safe = LIBRARIES.test(id) ? code.replace(HARMLESS, '.textContent = $1') : code;
      const left = /^.*(\.(inner|outer)HTML\s*=[^=]|insertAdjacentHTML\(|dangerouslySetInnerHTML).*$/m
        .exec(safe.replace(/^\s*(\/\/|\*).*$/gm, ''));
      if (left !== null && !NEVER_RUN.some((known) => known.test(id))) {
        this.error(`${id} writes markup as text: ${left[0].trim().slice(0, 160)}`);
      }
      return safe === code ? undefined : { code: safe, map: null };
    },
  };
}
