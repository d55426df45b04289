// SPDX-License-Identifier: Apache-2.0
import { createContext, useContext } from 'react';
import { DEFAULTS, type Settings } from './settings';

export const SettingsContext = createContext<Settings>(DEFAULTS);
export const useSettings = (): Settings => useContext(SettingsContext);
