package org.genimage.app.serve;

import com.google.common.primitives.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A connection on which a test writes what it wants, such as half a request. */
final class Wire implements Closeable {

  private final Socket socket;

  Wire(URI address) throws IOException {
    socket = new Socket(address.getHost(), address.getPort());
    socket.setSoTimeout(20_000);
    socket.setTcpNoDelay(true); // else head and body, sent apart, wait for each other
  }

  Wire send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  Wire send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** Sends a request for the score of one image, in one piece. */
  Wire post(byte[] image) throws IOException {
    byte[] head = head(image.length).getBytes(StandardCharsets.ISO_8859_1);
    return send(Bytes.concat(head, image));
  }

  static String head(long length) {
    return "POST /v1/score HTTP/1.1\r\nHost: test\r\nContent-Type: image/png\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }

  /** Returns the next answer: its status line, headers and as much content as they announce. */
  String answer() throws IOException {
    InputStream in = socket.getInputStream();
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    while (!read.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        return read.toString(StandardCharsets.ISO_8859_1);
      }
      read.write(next);
    }
    String head = read.toString(StandardCharsets.ISO_8859_1);
    String length = head.replaceFirst("(?is).*content-length: (\\d+).*", "$1");
    if (length.matches("\\d+")) {
      read.write(in.readNBytes(Integer.parseInt(length)));
    }
    return read.toString(StandardCharsets.ISO_8859_1);
  }

  /** Returns whether the other side has closed the connection. */
  boolean isClosed() throws IOException {
    return socket.getInputStream().read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
