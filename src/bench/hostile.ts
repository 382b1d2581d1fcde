/** Streams that hang, blind or rob careless terminals, as Perl that prints them in the lab. */
export const hostile: Record<string, string> = {
  'counts beyond any screen': String.raw`for $f (qw(b L M S T I Z @ P X J K A B C D E F G d e a)) { print "a\e[2147483647$f" x 200 }`,
  'counts of a whole screen': String.raw`for $f (qw(b L M S T I Z)) { print "a\e[500$f" x 60 }`,
  'shifted columns': String.raw`print "\e[500 @\e[500 A\e[500'}\e[500'~" x 1000`,
  'resets and other screens': String.raw`print "\ec" x 300, "\e[?1049h\e[?1049l" x 1000, "\e#8\e[2J\e[3J" x 1000`,
  'parameters without end': String.raw`print "\e[", "1;" x 100000, "m", "\e[", "9" x 100000, "b"`,
  'titles and unknown OSC': String.raw`print "\e]0;", "t" x 12000000, "\a", "\e]1337;File=inline=1:", "A" x 12000000, "\a" , "\e]0;<img src=x onerror=alert(1)>\a" x 400`,
  'clipboard, colors, links': String.raw`print "\e]52;c;c3RvbGVu\a" x 400, "\e]4;1;#ffffff\a\e]10;#000\a\e]11;#000\a\e]104\a" x 1000, map { "\e]8;id=$_;https://example.com/$_\a.\e]8;;\a" } 1..3000`,
  'queries without end': String.raw`print "\e[c\e[6n\e[>c\e[?6n\e]11;?\a\eP\$qm\e\\" x 400`,
  'DCS and sixel': String.raw`print "\ePq", "#0;2;0;0;0~~@@vv" x 40000, "\e\\", "\eP1;2|", "z" x 8000000, "\e\\", "\e_", "z" x 100000, "\e\\"`,
  'broken UTF-8': String.raw`print "\xff\xfe\xc3\xe4\xbd\xf0\x9f\xaa\xed\xa0\x80\xf4\x90\x80\x80" x 20000`,
  'one letter under a million marks': String.raw`print "a", "\xcc\x81" x 1000000, "\n", "\xe2\x80\x8d\xef\xb8\x8f" x 40000`,
  'marks on every letter': String.raw`print "a" . "\xcc\x81" x 16 for 1..40000`,
  bells: String.raw`print "\a" x 100000`,
  'a line of 100 MB': 'print "x" x 1048576 for 1..100',
};
