#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""`lacuna log`: a log of a recording is counted, printed and exported; what was exported says the same; damage is named and told by
the exit status. $LACUNA, $LACUNA_DEMO, $WRITE_LOG."""
import glob
import json
import os
import subprocess
import sys
import tempfile

LACUNA, DEMO, WRITE_LOG = os.environ['LACUNA'], os.environ['LACUNA_DEMO'], os.environ['WRITE_LOG']
count = failed = 0


def case(name, good, more=''):
    global count, failed
    count += 1
    failed += not good
    print(f'{"ok" if good else "not ok"} {count} - {name}')
    if not good:
        print('\n'.join('# ' + line for line in str(more).splitlines()[:20]))


def log(*arguments):
    done = subprocess.run([LACUNA, 'log', *arguments], capture_output=True, text=True, timeout=100)
    return done.returncode, done.stdout, done.stderr


def lines(folder):
    return [json.loads(line) for line in log('cat', '--json', folder)[1].splitlines()]


def write(folder, *files):
    subprocess.run([WRITE_LOG, '-k', '200', folder, *files], check=True, timeout=100)
    return sorted(glob.glob(folder + '/*.lacuna-log'))


def measured(all_lines):
    return [x for x in all_lines if x['type'] in ('probe', 'health', 'series')]


def key(x):
    return (x['time'], json.dumps(x, sort_keys=True))


with tempfile.TemporaryDirectory() as at:
    whole = at + '/log'
    files = sorted(glob.glob(DEMO + '/bgp/*')) + sorted(glob.glob(DEMO + '/probes/*'))
    segments = write(whole, *files)
    status, out, err = log('check', whole)
    case('a whole log: status 0, nothing on standard error', status == 0 and not err, (status, err))
    case('it says so', 'damage        none' in out and f'segments      {len(segments)}, of 1 runs' in out, out)
    status, out, err = log('check', '--json', whole)
    totals = json.loads(out)
    every = lines(whole)
    observed = [x for x in every if x['type'] not in ('cut', 'note', 'configuration')]
    case('cat prints every observation', len(observed) == totals['observations'] > 30000, (len(observed), totals))
    case('and every cut and note, and the configuration once, which each segment has',
         len(every) - len(observed) == totals['cuts'] + totals['notes'] + 1 and totals['configurations'] == len(segments) > 3, totals)
    cuts = [x['time'] for x in every if x['type'] == 'cut']
    case('cuts are in order', cuts == sorted(cuts) and len(cuts) > 5, cuts)
    case('people get as many lines', len(log('cat', whole)[1].splitlines()) == len(every))

    done = subprocess.run(['sh', '-c', '"$0" log cat "$1" | head -n 1', LACUNA, whole], capture_output=True, text=True, timeout=100)
    case('whoever stops reading hears of no damage', done.stdout.count('\n') == 1 and 'no whole record' not in done.stderr, done.stderr)

    exported = at + '/exported'
    status, out, err = log('export', whole, '-o', exported)
    case('export: status 0, no words', (status, out, err) == (0, '', ''), (status, out, err))
    names = sorted(os.path.relpath(path, exported) for path in glob.glob(exported + '/**/*', recursive=True) if os.path.isfile(path))
    case('files of each kind', names == ['log.ndjson', 'probes/vp.ndjson', 'probes/vp2.ndjson', 'routes.ndjson'], names)
    again = at + '/again'
    write(again, *sorted(glob.glob(exported + '/probes/*')))
    case('exported measurements say the same', sorted(measured(lines(again)), key=key) == sorted(measured(every), key=key))
    with open(exported + '/routes.ndjson', encoding='utf-8') as file:
        routes = [json.loads(line) for line in file]
    case('so do routes', routes == [x for x in observed if x['type'] not in ('probe', 'health', 'series')])

    values = at + '/values.csv'
    with open(values, 'w', encoding='utf-8') as file:
        file.write('time,entity,signal,value\n1700000000,country/IR,bgp,88.125\n1700000300,country/IR,bgp,\n1700000600,region/7,"a,b",-3\n')
    write(at + '/series', values)
    case('series are exported too', log('export', at + '/series', '-o', at + '/values')[0] == 0)
    write(at + '/series-again', at + '/values/series/values.csv')
    case('and say the same', measured(lines(at + '/series-again')) == measured(lines(at + '/series')) != [])

    broken = at + '/broken'
    paths = write(broken, *files)
    with open(paths[1], 'r+b') as file:
        file.seek(20000)
        file.write(b'\xff' * 8)
    status, out, err = log('check', broken)
    case('damage: status 1', status == 1, (status, out, err))
    case('named with place, records and times',
         os.path.basename(paths[1]) in err and 'cannot be read' in err and 'lost' in err and 'after 20' in err, err)
    case('and counted', 'damage        1 places' in out, out)
    lost = len(every) - len(lines(broken))
    case('it costs one record', 0 < lost <= 1024, lost)
    with open(paths[-1], 'r+b') as file:
        file.truncate(os.path.getsize(paths[-1]) - 5)
    status, out, err = log('check', broken)
    case('a torn end is told apart', 'being written when the log stopped' in err, err)

    os.mkdir(at + '/empty')
    case('nothing there: status 3', log('check', at + '/empty')[0] == 3 and log('cat', at + '/none')[0] == 3)
    with open(at + '/empty/0000000001.lacuna-log', 'wb') as file:
        file.write(os.urandom(5000))
    case('nothing that can be read: status 3', log('check', at + '/empty')[0] == 3)
    case('the worst of several', log('check', whole, broken)[0] == 1 and log('check', whole, at + '/empty')[0] == 3)
    for wrong in ([], ['check'], ['look', whole], ['export', whole], ['cat', whole, whole], ['cat', '-o', 'x', whole], ['--no']):
        status, out, err = log(*wrong)
        case(f'usage: {" ".join(wrong[:1]) or "nothing"}', status == 2 and "Try 'lacuna log --help'" in err and not out, err)
    status, out, err = log('--help')
    case('help', status == 0 and out.startswith('Usage: lacuna log') and 'Examples:' in out)
    with open('/dev/full', 'w', encoding='utf-8') as full:
        done = subprocess.run([LACUNA, 'log', 'cat', whole], stdout=full, stderr=subprocess.PIPE, timeout=100)
    case('output that cannot be written: status 4', done.returncode == 4, (done.returncode, done.stderr))

print(f'1..{count}')
sys.exit(failed > 0)
