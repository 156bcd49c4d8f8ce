package org.genimage.data.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.genimage.data.fuzz.Fuzzer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListingIndexFuzzTest {

  @TempDir Path root;

  /** A damaged index with a right checksum is used or not; opening never fails. */
  @Test
  @Tag("fuzz")
  void names_damagedIndexWithARightChecksum_areRead() throws IOException {
    ListingIndex index =
        new ListingIndex(
            root.resolve("cache"),
            folder -> Optional.of(new FolderState(7, 1, 2)),
            InstantSource.system());
    List<String> many = IntStream.range(0, 40).mapToObj(i -> i + ".png").toList();
    index.names(root, () -> many);
    Path file;
    try (Stream<Path> files = Files.list(root.resolve("cache"))) {
      file = files.findFirst().orElseThrow();
    }
    byte[] whole = Files.readAllBytes(file);

    Fuzzer.of(Arrays.copyOf(whole, whole.length - 4))
        .run(
            "index",
            input -> {
              ByteBuffer bytes = ByteBuffer.allocate(input.length + 4).put(input);
              Files.write(file, bytes.putInt(Hashing.crc32c().hashBytes(input).asInt()).array());
              assertThat(index.names(root, () -> many)).doesNotContainNull();
            });
  }
}
