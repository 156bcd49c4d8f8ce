package org.genimage.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.genimage.data.fuzz.Fuzzer;
import org.genimage.models.pretrained.FileRecord.Check;
import org.genimage.models.pretrained.PublishedFile.Content;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged notes beside downloads are understood, refused or taken for none. */
@Tag("fuzz")
class RecordFuzzTest {

  private static final Licence LICENCE =
      new Licence("The model", "MIT", "owner", URI.create("https://hub.invalid/owner/model"), "");

  private static final String SHA256 = "0123456789abcdef".repeat(4);

  @TempDir private Path folder;

  @Test
  void fileRecords_damaged_areReadOrRefused() throws IOException {
    Path file = folder.resolve("weights.bin");
    new FileRecord("https://hub.invalid/x", "main", 200_000, SHA256, Check.STATED)
        .write(file, LICENCE);
    Path note = FileRecord.place(file);

    Fuzzer.of(Files.readAllBytes(note))
        .allowing(TransferException.class)
        .run(
            "note of a download",
            input -> {
              Files.write(note, input);
              FileRecord read = FileRecord.read(file).orElseThrow();
              assertThat(read.bytes()).isNotNegative();
              assertThat(read.sha256()).hasSize(SHA256.length());
            });
  }

  @Test
  void partialDownloads_damaged_areReadOrTakenForNone() throws IOException {
    Path note = folder.resolve("note");
    new PartialDownload(
            "main",
            Optional.of("\"one\""),
            new Content(Optional.of(200_000L), Optional.of(SHA256), Optional.of("ab".repeat(20))))
        .write(note);

    Fuzzer.of(Files.readAllBytes(note))
        .run(
            "note of a partial download",
            input -> {
              Files.write(note, input);
              PartialDownload.read(note)
                  .flatMap(part -> part.content().bytes())
                  .ifPresent(bytes -> assertThat(bytes).isNotNegative());
            });
  }
}
