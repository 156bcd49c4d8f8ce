#!/usr/bin/env bash
# Makes docs/quickstart-report.png and its like from a report of the quickstart, with headless Chromium. The second
# argument is the folder; the third is the height of the whole page in pixels, the last the beginning of the names.
# Usage: tools/report_pictures.sh genimage-quickstart/report.html docs 12900
#        tools/report_pictures.sh genimage-leaderboard/report.html docs 4200 leaderboard
set -euo pipefail
report=$(realpath "$1")
out=$2
height=${3:-12900}
name=${4:-quickstart}
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  { echo "expected Chromium on the PATH, found none; install the package chromium" >&2; exit 1; }

# picture NAME WIDTH HEIGHT SCALE OPTION...
picture() {
  local name=$1 width=$2 height=$3 scale=$4
  shift 4
  "$browser" --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
    --force-device-scale-factor="$scale" --window-size="$width,$height" "$@" \
    --screenshot="$out/$name.png" "file://$report" 2>/dev/null
}

picture "$name-summary" 1100 1180 1
picture "$name-report" 1100 "$height" 1
picture "$name-report-dark" 1100 1180 1 --blink-settings=preferredColorScheme=0
