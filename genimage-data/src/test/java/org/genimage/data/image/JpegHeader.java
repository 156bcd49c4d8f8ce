package org.genimage.data.image;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a baseline JPEG file of 8 bits says of its quantisation and its sampling. */
record JpegHeader(Map<Integer, List<Integer>> tables, List<List<Integer>> sampling) {

  private static final int TABLES = 0xffdb;
  private static final int FRAME = 0xffc0;
  private static final int SCAN = 0xffda;

  static JpegHeader of(byte[] file) {
    Map<Integer, List<Integer>> tables = new TreeMap<>();
    List<List<Integer>> sampling = new ArrayList<>();
    ByteBuffer bytes = ByteBuffer.wrap(file);
    bytes.getChar();
    int marker;
    while ((marker = bytes.getChar()) != SCAN) {
      int end = bytes.position() + bytes.getChar();
      if (marker == TABLES) {
        while (bytes.position() < end) {
          tables.put((int) bytes.get(), table(bytes));
        }
      } else if (marker == FRAME) {
        bytes.position(bytes.position() + 5); // depth and sides
        for (int components = bytes.get(); components > 0; components--) {
          int factors = bytes.getInt() >> 16 & 0xff; // after the component's number
          sampling.add(List.of(factors >> 4, factors & 15));
          bytes.position(bytes.position() - 1);
        }
      }
      bytes.position(end);
    }
    return new JpegHeader(tables, sampling);
  }

  /** Returns the 64 steps, row-major. */
  private static List<Integer> table(ByteBuffer bytes) {
    Integer[] steps = new Integer[64];
    int x = 0;
    int y = 0;
    for (int i = 0; i < steps.length; i++) {
      steps[8 * y + x] = bytes.get() & 0xff;
      if ((x + y) % 2 == 0) { // the zigzag goes up and to the right
        y -= x < 7 ? 1 : -1;
        x += x < 7 ? 1 : 0;
        y = Math.max(0, y);
      } else {
        x -= y < 7 ? 1 : -1;
        y += y < 7 ? 1 : 0;
        x = Math.max(0, x);
      }
    }
    return Arrays.asList(steps);
  }
}
