// SPDX-License-Identifier: Apache-2.0
import { createContext } from 'react';

/** Goes to another site's page. Tests look where. */
export const LeaveContext = createContext<(url: string) => void>((url) => window.location.assign(url));
