package org.genimage.data.archive;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;
import org.genimage.data.fuzz.Fuzzer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damaged archives are read or refused, by the exceptions that opening and reading document. */
class ArchiveFuzzTest {

  private static final ReadingLimits LIMITS = new ReadingLimits(1 << 20, 100, Set.of(), Set.of());

  @Test
  @Tag("fuzz")
  void open_damagedDirectory_isReadOrRefused() throws IOException {
    byte[] raw =
        new RawZip()
            .add(RawZip.Entry.of("train/ai/a.png").unicode("train/ai/é.png", true), new byte[3])
            .add(RawZip.Entry.of(new byte[] {'a', '\\', (byte) 0xc4, (byte) 0xe3}), new byte[9])
            .add(RawZip.Entry.of("./train/ai/b.png").host(0), new byte[1])
            .toBytes();
    byte[] large = large();
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      Path whole = disk.getPath("/a.zip");
      Path first = disk.getPath("/b.z01");
      Path last = disk.getPath("/b.zip");
      Fuzzer.of(raw, large, reversed(raw), reversed(large))
          .allowing(IOException.class)
          .run(
              "archives",
              input -> {
                // Damage is mostly at the beginning, and the directory is at the end.
                for (byte[] archive : List.of(input, reversed(input))) {
                  Files.write(whole, archive);
                  read(Volumes.of(List.of(whole)));
                  int half = archive.length / 2;
                  Files.write(first, Arrays.copyOf(archive, half));
                  Files.write(last, Arrays.copyOfRange(archive, half, archive.length));
                  read(Volumes.of(List.of(first, last)));
                }
              });
    }
  }

  private static void read(Volumes volumes) throws IOException {
    Archive archive;
    try {
      archive = Archive.open("a", volumes, LIMITS);
    } catch (IOException e) {
      return;
    }
    for (Archive.Entries entries : archive.folders().values()) {
      for (String image : entries.names()) {
        try {
          archive.content(entries, image).read();
        } catch (IOException e) {
          continue;
        }
      }
    }
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }

  private static byte[] large() throws IOException {
    SeekableInMemoryByteChannel channel = new SeekableInMemoryByteChannel();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(channel)) {
      zip.setUseZip64(Zip64Mode.Always);
      for (String name : List.of("train/ai/1.png", "train/nature/2.jpg")) {
        zip.putArchiveEntry(new ZipArchiveEntry(name));
        zip.write("content".getBytes(StandardCharsets.UTF_8));
        zip.closeArchiveEntry();
      }
    }
    return Arrays.copyOf(channel.array(), (int) channel.size());
  }
}
