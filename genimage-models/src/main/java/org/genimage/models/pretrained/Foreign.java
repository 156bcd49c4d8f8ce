package org.genimage.models.pretrained;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What servers and proxies send instead of a file, told by its first bytes. */
final class Foreign {

  private static final int START = 512;

  private Foreign() {}

  static TransferException webPage() {
    return TransferException.lasting(
        "a web page in its place",
        "check whether the network asks for a login, which a browser shows");
  }

  /** Returns what is wrong with a file that is not what weights begin with. */
  static Optional<TransferException> problem(Path file) throws IOException {
    String start;
    try (InputStream in = Files.newInputStream(file)) {
      start = new String(in.readNBytes(START), StandardCharsets.ISO_8859_1).strip();
    }
    if (start.startsWith("<") || start.startsWith("\u00ef\u00bb\u00bf<")) {
      return Optional.of(webPage());
    }
    if (start.startsWith("version https://git-lfs")) {
      return Optional.of(
          TransferException.lasting(
              "a Git LFS pointer in its place", "download the file that it points to"));
    }
    return start.isEmpty() || start.startsWith("{")
        ? Optional.of(
            TransferException.lasting(
                start.isEmpty() ? "an empty file" : "a message in JSON in its place",
                "try again later, or use another mirror"))
        : Optional.empty();
  }
}
