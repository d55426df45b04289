// SPDX-License-Identifier: Apache-2.0
// The city that tests run against: city.py, and what one may ask of it.
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

export class City {
  /**
   * Starts everything and waits until all of it answers. `told` takes what the start prints. With
   * `socket`, speaks with a city that is up there and stays up.
   */
  static async start({ bin, web, sign, socket, steps = 'all', told = () => undefined }) {
    const city = new City();
    city.waiting = [];
    if (socket !== undefined) {
      const line = connect(socket);
      city.listen(line, line, new Promise((done) => line.once('close', done)));
    } else {
      const started = spawn('/usr/bin/python3', [
        join(here, 'city.py'), '--bin', bin, '--web', web, '--sign', sign, '--steps', steps,
      ], { stdio: ['pipe', 'pipe', 'pipe'] });
      createInterface(started.stderr).on('line', told);
      city.listen(started.stdout, started.stdin, new Promise((done) => started.once('exit', done)));
    }
    const first = await city.#next();
    if (first.ready === undefined) throw new Error(`the city did not start: ${JSON.stringify(first)}`);
    Object.assign(city, first.ready);
    return city;
  }

  listen(from, to, ended) {
    this.to = to;
    this.ended = ended;
    createInterface(from).on('line', (line) => this.waiting.shift()?.resolve(JSON.parse(line)));
    void ended.then((code) => {
      for (const one of this.waiting) one.reject(new Error(`the city ended with ${code}`));
    });
  }

  #next() {
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  async #ask(what) {
    const answered = this.#next();
    this.to.write(`${JSON.stringify(what)}\n`);
    const { answer, error } = await answered;
    if (error !== undefined) throw new Error(error);
    return answer;
  }

  /** The command line as somebody: what it printed. */
  run(who, ...words) { return this.#ask({ run: [who, ...words] }); }

  /** The same, as JSON. */
  async json(who, ...words) { return JSON.parse(await this.run(who, '-o', 'json', ...words)); }

  /** Opens a person's account if there is none yet: {password, totp}. */
  account(person) { return this.#ask({ account: person }); }

  /** The name of a new request of housing-applicant's that waits for civil-affairs-reviewer. */
  newRequest() { return this.#ask({ request: {} }); }

  /** A page opened the person's account, with the common password. */
  opened(person) { return this.#ask({ opened: person }); }

  /** Sends a process of the city (`catalog`, `sharing`, …) a signal. */
  signal(process, name) { return this.#ask({ signal: [process, name] }); }

  /** Ends a process and starts it anew; the console then serves the pages as they are now. */
  restart(process) { return this.#ask({ restart: process }); }

  async stop() {
    this.to.end();
    return this.ended;
  }
}
