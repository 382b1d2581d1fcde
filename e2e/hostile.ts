/** Streams that hang, blind or rob careless terminals, as Perl that prints them in the lab. */
export const hostile: Record<string, string> = {
  'counts beyond any screen': String.raw`for $f (qw(b L M S T I Z @ P X J K A B C D E F G d e a)) { print "a\e[2147483647$f" x 200 }`,
  'counts of a whole screen': String.raw`for $f (qw(b L M S T I Z)) { print "a\e[500$f" x 60 }`,
  'shifted columns': String.raw`print "\e[500 @\e[500 A\e[500'}\e[500'~" x 1000`,
  'resets and other screens': String.raw`print "\ec" x 300, "\e[?1049h\e[?1049l" x 1000, "\e#8\e[2J\e[3J" x 1000`,
  'parameters without end': String.raw`print "\e[", "1;" x 100000, "m", "\e[", "9" x 100000, "b"`,
};
