/** Why a command could not be started: the errno of its exec. */
export class LaunchError extends Error {
  /** 126 when it is there and cannot be run, 127 when it is not there, 125 when it cannot be traced. */
  readonly exitStatus: 125 | 126 | 127;

  constructor(message: string, exitStatus: 125 | 126 | 127) {
    super(message);
    this.name = "LaunchError";
    this.exitStatus = exitStatus;
  }
}
