package org.genimage.models.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.genimage.data.internal.Interruption;

/** The formats of weights, told apart by a file's first bytes. */
enum WeightsFormat {
  SAFETENSORS {
    @Override
    Weights read(Path file, Optional<String> container) {
      checkNone(file, container);
      return Safetensors.read(file).weights();
    }
  },
  SAFETENSORS_SHARDS {
    @Override
    Weights read(Path file, Optional<String> container) {
      checkNone(file, container);
      return ShardIndex.read(file);
    }
  },
  PYTORCH_ZIP {
    @Override
    Weights read(Path file, Optional<String> container) {
      return PyTorchFile.readZip(file, container);
    }
  },
  PYTORCH_LEGACY {
    @Override
    Weights read(Path file, Optional<String> container) {
      return PyTorchFile.readLegacy(file, container);
    }
  };

  /** PyTorch's magic number as pickle writes it, after two bytes for pickle's version. */
  private static final byte[] LEGACY = HexFormat.of().parseHex("8a0a6cfc9c46f9206aa850192e");

  private static final byte[] ZIP = {'P', 'K', 3, 4};

  abstract Weights read(Path file, Optional<String> container);

  private static void checkNone(Path file, Optional<String> container) {
    if (container.isPresent()) {
      throw new WeightsException(
          "%s: expected a PyTorch file with an entry %s, found safetensors, which have none; read"
                  .formatted(file, container.get())
              + " it without");
    }
  }

  /**
   * Returns the format of a file.
   *
   * @throws WeightsException if it is none of them or cannot be read
   */
  static WeightsFormat of(Path file) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      // Opening a named pipe would wait for its writer.
      throw new WeightsException(
          "%s: expected a safetensors or PyTorch file, found a folder, a pipe or a device; check the"
                  .formatted(file)
              + " path");
    }
    byte[] start;
    long size;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(2 + LEGACY.length);
      size = Files.size(file);
    } catch (IOException e) {
      Interruption.check(e, file + " was being read");
      throw new WeightsException(
          "%s: expected a readable safetensors or PyTorch file, got %s; check the path"
              .formatted(file, reason(e)),
          e);
    }
    // The first eight bytes of the other format are a length: its last byte is 0, and no text.
    if (start.length > 8 && start[0] == '{' && start[7] != 0) {
      return SAFETENSORS_SHARDS;
    }
    // A header's opening brace comes first: its length, before it, may look like anything.
    if (start.length > 8 && start[8] == '{') {
      return SAFETENSORS;
    }
    if (start.length > 4 && Arrays.equals(start, 0, 4, ZIP, 0, 4)) {
      return PYTORCH_ZIP;
    }
    if (start.length == 2 + LEGACY.length
        && Arrays.equals(start, 2, start.length, LEGACY, 0, LEGACY.length)) {
      return PYTORCH_LEGACY;
    }
    if (size == 0) {
      throw new WeightsException(
          "%s: expected a safetensors or PyTorch file, found an empty one; download it again"
              .formatted(file));
    }
    throw new WeightsException(
        "%s: expected a safetensors or PyTorch file, but it begins with bytes %s; download it again"
            .formatted(file, HexFormat.ofDelimiter(" ").formatHex(start)));
  }

  /** The JDK leaves the message of most file system exceptions at the bare path. */
  static String reason(IOException e) {
    if (e instanceof FileSystemException failure) {
      return failure.getReason() != null
          ? failure.getReason()
          : e.getClass().getSimpleName().replace("Exception", "");
    }
    return String.valueOf(e.getMessage());
  }
}
