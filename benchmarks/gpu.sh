#!/usr/bin/env bash
# Measures genimage on a GPU and prints Markdown: the devices that TensorFlow sees, the result of the tests with tag gpu, and
# images per second and memory of the seven detectors, with PyTorch on the same card for comparison.
#
#   benchmarks/gpu.sh prepare FOLDER   Compiles, and copies all that a run needs to FOLDER. Needs Maven. On the GPU machine set
#                                      PROFILES=gpu or PROFILES=gpu,cuda; leave it unset to copy FOLDER to another machine.
#   FOLDER/gpu.sh run                  Measures. Needs neither Maven nor a network. If FOLDER was copied from another machine,
#                                      GENIMAGE_CP must list the jars of TensorFlow Java, including a native library for GPUs.
#
# Environment variables of a run: DETECTORS ("ResNet-50 Swin-T"), BATCH (64), ROUNDS (5), PYTHON (python3), TESTS (1; 0 skips
# the tests), DEVICE (GPU; CPU is a short trial of the script on the CPU, whose figures say nothing about a GPU).
# Memory is the card's, by nvidia-smi: the most during a run less the use before it. TensorFlow doubles its share when it grows.
set -euo pipefail
start=$PWD
cd "$(dirname "$0")"

prepare() {
  local profiles=(${PROFILES:+"-P$PROFILES"})
  local native=org.tensorflow,org.bytedeco,com.google.protobuf
  local folder
  folder=$(cd "$start" && mkdir -p "$1" && cd "$1" && pwd)
  rm -rf "$folder"/{classes-*,tests-*,jars}
  (
    cd ..
    mvn -q -B "${profiles[@]}" test-compile -pl benchmarks -am dependency:copy-dependencies -DincludeScope=test \
      -DexcludeGroupIds="org.genimage,org.junit.jupiter,org.junit.platform,$native" -DoutputDirectory="$folder/jars"
    mvn -q -B "${profiles[@]}" test-compile -pl benchmarks -am dependency:build-classpath -DincludeScope=test \
      -DincludeGroupIds="$native" -Dmdep.outputFile="$folder/tensorflow.class-path"
    mvn -q -B -N dependency:copy -Dartifact=org.junit.platform:junit-platform-console-standalone:1.13.4 -DoutputDirectory="$folder/jars"
    for module in data models train eval attacks; do
      cp -r "genimage-$module/target/classes" "$folder/classes-$module"
    done
    cp -r benchmarks/target/classes "$folder/classes-benchmarks"
    for module in data models train; do
      cp -r "genimage-$module/target/test-classes" "$folder/tests-$module"
    done
  )
  cp gpu.sh gpu.py networks.py "$folder"
  du -sh "$folder"
}

class_path() {
  if [[ -n ${GENIMAGE_CP:-} ]]; then
    echo "$GENIMAGE_CP"
  else
    { printf '%s\n' "$PWD"/classes-* "$PWD"/tests-* "$PWD"/jars/*.jar; tr ':' '\n' < tensorflow.class-path; } | paste -sd:
  fi
}

java_() {
  java -Xmx4g -XX:+IgnoreUnrecognizedVMOptions --enable-native-access=ALL-UNNAMED -cp "$class_path" "$@"
}

card_memory() { # of the card, in MiB; 0 on a CPU or without nvidia-smi
  [[ $device == GPU ]] || { echo 0; return; }
  nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits -i 0 2> /dev/null || echo 0
}

# measured COMMAND...: prints "RATE MIB", a dash for each that is unknown
measured() {
  local before rate status=0
  before=$(card_memory)
  (while :; do card_memory; sleep 0.2; done > "$scratch/memory" 2> /dev/null) &
  local sampler=$!
  "$@" > "$scratch/out" 2> "$scratch/err" || status=$?
  kill "$sampler"
  wait "$sampler" 2> /dev/null || true
  rate=$(tail -n 1 "$scratch/out")
  if [[ $status -ne 0 || ! $rate =~ ^[0-9.]+$ ]]; then
    { echo "$* ended with $status:"; tail -n 3 "$scratch/out" "$scratch/err"; } >> "$scratch/problems"
    echo "- -"
  else
    echo "$rate $(sort -n "$scratch/memory" | tail -n 1 | awk -v before="$before" '{ print ($1 > before) ? $1 - before : "-" }')"
  fi
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a == "-" || b == "-") print "-"; else printf "%.2f\n", a / b }'; }

table() { # table WHAT PRECISION PRECISION-OF-PYTORCH
  echo
  echo "| $1, batches of $batch, $3 | genimage images/s | PyTorch images/s | ratio | genimage MiB | PyTorch MiB |"
  echo "| --- | --- | --- | --- | --- | --- |"
  local detector ours our_memory theirs their_memory
  for detector in "${detectors[@]}"; do
    read -r ours our_memory < <(measured java_ org.genimage.benchmarks.GpuBenchmark "$1" "$detector" "$2" "$batch" "$rounds")
    read -r theirs their_memory < <(measured "$python" gpu.py "$1" "$detector" "$3" "$batch" "$rounds" "$torch")
    echo "| $detector | $ours | $theirs | $(ratio "$ours" "$theirs") | $our_memory | $their_memory |"
  done
}

run() {
  device=${DEVICE:-GPU} python=${PYTHON:-python3} batch=${BATCH:-64} rounds=${ROUNDS:-5}
  IFS=' ' read -r -a detectors <<< "${DETECTORS:-ResNet-50 DeiT-S Swin-T CNNSpot Spec F3Net GramNet}"
  class_path=$(class_path)
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  : > "$scratch/problems"
  export TF_CPP_MIN_LOG_LEVEL=${TF_CPP_MIN_LOG_LEVEL:-3} TF_FORCE_GPU_ALLOW_GROWTH=true
  local required=() failed=0
  torch=cpu
  echo "# genimage on a $device, $(date +%F)"
  echo
  if [[ $device == GPU ]]; then
    required=(--require-gpu)
    torch=cuda
    nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader || true
    echo
  else
    echo "A trial on the CPU. Its figures say nothing about a GPU."
    echo
  fi
  "$python" -c 'import torch; print("PyTorch", torch.__version__, "with CUDA", torch.version.cuda)' 2> /dev/null || echo "no PyTorch"
  echo '```'
  java_ org.genimage.benchmarks.GpuBenchmark devices "${required[@]}" 2>&1 || exit 1
  echo '```'
  if [[ ${TESTS:-1} == 1 ]]; then
    echo
    echo '## Tests with tag gpu'
    echo '```'
    NVIDIA_TF32_OVERRIDE=0 java_ -Dgenimage.device="$device" org.junit.platform.console.ConsoleLauncher execute --disable-banner \
      --disable-ansi-colors --include-tag gpu --include-classname '.*' --scan-class-path="$PWD/tests-models:$PWD/tests-train" \
      --details=tree 2> "$scratch/err" || failed=1
    [[ $failed == 0 ]] || tail -n 20 "$scratch/err"
    echo '```'
  fi
  echo
  echo '## Images per second and memory'
  table train FLOAT32 float32
  table train FLOAT16 amp
  table score FLOAT32 float32
  if [[ -s $scratch/problems ]]; then
    printf '\n```\n%s\n```\n' "$(cat "$scratch/problems")"
    failed=1
  fi
  return "$failed"
}

case "${1:-}" in
  prepare) prepare "${2:?usage: gpu.sh prepare FOLDER}" ;;
  run) run ;;
  *) sed -n '2,12p' gpu.sh | sed 's/^# \{0,1\}//'; exit 2 ;;
esac
