package org.genimage.train;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.genimage.data.internal.DiskSpace;
import org.genimage.data.internal.Interruption;
import org.genimage.data.internal.OutputLock;
import org.genimage.data.internal.WholeFiles;
import org.genimage.models.nn.Parameter;
import org.genimage.models.weights.WeightsException;

/** The folder of a training's checkpoints, which this training alone writes until it is closed. */
final class CheckpointFolder implements AutoCloseable {

  private static final System.Logger LOGGER = System.getLogger(CheckpointFolder.class.getName());

  /** More than the header of a file takes: its metadata, and its keys by their number. */
  private static final long HEADER = 10_000;

  private static final long OF_KEY = 200;

  /** What training writes there. */
  private static final Pattern FILES =
      Pattern.compile("(training(\\.next)?|last|best|epoch-[0-9]+)\\.safetensors");

  private final Optional<Checkpoints> policy;
  private final Optional<OutputLock> lock;

  private CheckpointFolder(Optional<Checkpoints> policy, Optional<OutputLock> lock) {
    this.policy = policy;
    this.lock = lock;
  }

  /**
   * Makes the folder, tries to write into it, and locks it; does nothing in a process that writes
   * no checkpoints.
   *
   * @throws WeightsException if files cannot be written there, or another training has locked it
   */
  static CheckpointFolder open(TrainingSettings settings) {
    Optional<Checkpoints> written =
        settings.checkpoints().filter(policy -> settings.execution().group().first());
    return new CheckpointFolder(written, written.map(policy -> locked(policy.folder())));
  }

  private static OutputLock locked(Path folder) {
    try {
      Files.createDirectories(folder);
      Path trial = folder.resolve(".writable");
      WholeFiles.write(trial, new byte[1]);
      Files.delete(trial);
      OutputLock lock =
          OutputLock.of(folder.resolve(Checkpoint.CURRENT)).orElseThrow(() -> used(folder));
      WholeFiles.removePartials(folder, FILES.asMatchPredicate());
      return lock;
    } catch (IOException e) {
      Interruption.check(e, "opening the checkpoint folder " + folder);
      throw new WeightsException(
          "%s: expected a folder in which checkpoints can be written, got %s; choose another folder"
              .formatted(folder, WholeFiles.reason(e)),
          e);
    }
  }

  private static WeightsException used(Path folder) {
    return new WeightsException(
        folder
            + ": expected a checkpoint folder that no other training uses, found one in use; wait"
            + " for the end of the other training, or choose another folder");
  }

  /**
   * Checks that the disk has space for all files that training writes.
   *
   * @param validated whether the best weights are kept
   * @throws WeightsException if it has too little
   */
  void requireSpace(TrainingGraph graph, boolean validated) {
    policy.ifPresent(
        kept -> requireSpace(kept, needed(kept, graph, validated) - present(kept.folder())));
  }

  private static long needed(Checkpoints kept, TrainingGraph graph, boolean validated) {
    long weights = bytes(graph.entries());
    long checkpoint = weights + bytes(graph.slotEntries()) + (validated ? weights : 0);
    int best = validated ? 1 + (kept.best() > 1 ? kept.best() : 0) : 0;
    // A new checkpoint is whole before the older of two is replaced.
    return 3 * checkpoint + (1 + best) * weights;
  }

  private static void requireSpace(Checkpoints kept, long needed) {
    DiskSpace.shortage(kept.folder(), needed, "checkpoints")
        .ifPresent(
            shortage -> {
              throw new WeightsException(kept.folder() + ": " + shortage);
            });
  }

  private static long bytes(List<Parameter> entries) {
    return HEADER + entries.stream().mapToLong(entry -> OF_KEY + 4L * entry.size()).sum();
  }

  /** Returns the bytes of an earlier run's files, which this one replaces. */
  private static long present(Path folder) {
    return Stream.of(Checkpoint.CURRENT, Checkpoint.PREVIOUS, TrainingRun.LAST, TrainingRun.BEST)
        .map(folder::resolve)
        .filter(Files::exists)
        .mapToLong(CheckpointFolder::size)
        .sum();
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public void close() {
    try {
      if (lock.isPresent()) {
        lock.get().close();
      }
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "the lock of the checkpoint folder could not be closed", e);
    }
  }
}
