"""Runs the jobs of a sweep with Ray, on this machine or a cluster.

    regie-sim sweep sweep.toml --out /shared/sweep --emit-jobs | python ray_sweep.py regie-sim
    regie-sim sweep sweep.toml --out /shared/sweep      # nothing is left to run: writes the table

Every machine needs the same regie-sim at the same path, and the directory of --out. A job that fails is said at the
end, and the others are done; the same two commands again do what is left.
"""

import subprocess
import sys

import ray


@ray.remote(num_cpus=1)
def run(program: str, job: str) -> tuple[int, str]:
    done = subprocess.run([program, "job", "--threads", "1"], input=job, text=True, capture_output=True)
    return done.returncode, done.stdout + done.stderr


def main() -> None:
    program = sys.argv[1]
    jobs = [line for line in sys.stdin if line.strip()]
    ray.init(log_to_driver=False)
    left, failed = [run.remote(program, job) for job in jobs], 0
    while left:
        (ready,), left = ray.wait(left)
        code, words = ray.get(ready)
        failed += code != 0
        print(words.strip(), flush=True)
    sys.exit(f"{failed} of {len(jobs)} jobs failed" if failed else 0)


if __name__ == "__main__":
    main()
