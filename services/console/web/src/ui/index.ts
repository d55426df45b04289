// SPDX-License-Identifier: Apache-2.0
export { ConfirmAct, NotSignedPanel, ReasonDialog, type ReasonAsked } from './ConfirmAct';
export { csvOf, saveAs, saveCsv, type Cell } from './csv';
export { DataTable, type Column } from './DataTable';
export { useDraft, type Draft } from './draft';
export { DraftKeeper } from './DraftNote';
export { Field, type ControlProps } from './Field';
export { ObjectLink, objectPath } from './links';
export { AgencyName, agencyName } from './names';
export { Page, type Crumb } from './Page';
export { EmptyState, ErrorPanel, Shown, type Asked, type Decided } from './Panels';
export { PlotWithTable } from './PlotWithTable';
export { Clock, DiffTable, Facts, Status, Timeline, type DiffRow, type TimelineEvent, type Tone } from './Status';
export { useUrlText, useUrlTexts } from './url';
