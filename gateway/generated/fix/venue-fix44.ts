// Written by schemas/generate.ts from schemas/fix/FIX44.xml; never edited.

/** Lines as gateway/protocols/fix/dictionary/compile.ts writes them. */
export const VENUE_FIX44 = `version FIX.4.4
header 8! 9! 35! 49! 56! 34! 115 128 90 91 50 142 57 143 116 144 129 145 43 97 52! 122 212 213 347 369 627(628 629 630)
trailer 93 89 10!
message 0 admin 112
message 1 admin 112!
message 2 admin 7! 16!
message 3 admin 45! 371 372 373 58
message 4 admin 123 36!
message 5 admin 58
message A admin 98! 108! 95 96 141 789 464 553 554 8674 9406 25035 25036
message D app 11! 1 21 18 110 111 55! 54! 60! 38! 40! 44 99 59 126 58
message F app 41 37 11! 1 55! 54! 60! 38
message G app 37 41! 11! 55! 54! 60! 38! 40! 44! 59
message q app 11! 530! 55 54 60!
message H app 37 11! 790 55! 54!
message AF app 584! 585! 55
message V app 262! 263! 264! 265 266 267!(269!) 146!(55!)
message x app 320! 559! 55
message 8 app 37! 11 41 790 584 912 17! 19 150! 39! 103 378 1 55! 54! 38 40 44 99 59 126 32 31 151! 14! 6! 60 111 58 527 851
message 9 app 37! 11! 41! 39! 60 434! 102! 58
message r app 11! 37! 530! 531! 532 533! 55 54 60 58
message j app 45! 372! 379 380! 58
message B app 42 148! 33!(58!)
message W app 262 55! 268!(269! 270 271 272 273 346 290)
message X app 262 268!(279! 269 278 55 270 271 272 273 346 290)
message Y app 262! 281 58
message y app 320! 322! 560! 393 893 146(55 107 15 561 562 58)
message f app 324 55! 326! 60 58
message h app 336! 340! 58
field 1 STRING
field 6 PRICE
field 7 SEQNUM
field 8 STRING
field 9 LENGTH
field 10 STRING
field 11 STRING
field 14 QTY
field 15 CURRENCY
field 16 SEQNUM
field 17 STRING
field 18 MULTIPLEVALUESTRING 6
field 19 STRING
field 21 CHAR 1|2|3
field 31 PRICE
field 32 QTY
field 33 NUMINGROUP
field 34 SEQNUM
field 35 STRING 0|1|2|3|4|5|6|7|8|9|a|A|AA|AB|AC|AD|AE|AF|AG|AH|AI|AJ|AK|AL|AM|AN|AO|AP|AQ|AR|AS|AT|AU|AV|AW|AX|AY|AZ|B|b|BA|BB|BC|BD|BE|BF|BG|BH|C|c|d|D|e|E|F|f|G|g|H|h|i|j|J|k|K|l|L|m|M|n|N|o|p|P|q|Q|R|r|S|s|T|t|u|V|v|w|W|x|X|Y|y|Z|z
field 36 SEQNUM
field 37 STRING
field 38 QTY
field 39 CHAR 0|1|2|4|8|C
field 40 CHAR 1|2|3|4
field 41 STRING
field 42 UTCTIMESTAMP
field 43 BOOLEAN
field 44 PRICE
field 45 SEQNUM
field 49 STRING
field 50 STRING
field 52 UTCTIMESTAMP
field 54 CHAR 1|2
field 55 STRING
field 56 STRING
field 57 STRING
field 58 STRING
field 59 CHAR 0|1|3|4|6
field 60 UTCTIMESTAMP
field 89 DATA
field 90 LENGTH
field 91 DATA
field 93 LENGTH
field 95 LENGTH
field 96 DATA
field 97 BOOLEAN
field 98 INT 0
field 99 PRICE
field 102 INT 0|1|3|6|99
field 103 INT 0|1|2|3|4|5|6|11|13|99
field 107 STRING
field 108 INT
field 110 QTY
field 111 QTY
field 112 STRING
field 115 STRING
field 116 STRING
field 122 UTCTIMESTAMP
field 123 BOOLEAN
field 126 UTCTIMESTAMP
field 128 STRING
field 129 STRING
field 141 BOOLEAN
field 142 STRING
field 143 STRING
field 144 STRING
field 145 STRING
field 146 NUMINGROUP
field 148 STRING
field 150 CHAR 0|4|5|8|C|D|F|H|I
field 151 QTY
field 212 LENGTH
field 213 DATA
field 262 STRING
field 263 CHAR 0|1|2
field 264 INT
field 265 INT 0|1
field 266 BOOLEAN
field 267 NUMINGROUP
field 268 NUMINGROUP
field 269 CHAR 0|1|2|3|4|5|6|7|8|9|A|B|C
field 270 PRICE
field 271 QTY
field 272 UTCDATEONLY
field 273 UTCTIMEONLY
field 278 STRING
field 279 CHAR 0|1|2
field 281 CHAR 0|1|2|3|4|5|6|7|8
field 290 INT
field 320 STRING
field 322 STRING
field 324 STRING
field 326 INT 2|3|17|18
field 336 STRING
field 340 INT 1|2|3|4
field 346 INT
field 347 STRING
field 369 SEQNUM
field 371 INT
field 372 STRING
field 373 INT 0|1|2|4|5|6|9|10|11|13|14|15|16|99
field 378 INT 5
field 379 STRING
field 380 INT 0|1|2|3|4|5|6
field 393 INT
field 434 CHAR 1|2
field 464 BOOLEAN
field 527 STRING
field 530 CHAR 1|7
field 531 CHAR 0|1|7
field 532 CHAR 0|1
field 533 INT
field 553 STRING
field 554 STRING
field 559 INT 0|4
field 560 INT 0|1|2|3|4|5
field 561 QTY
field 562 QTY
field 584 STRING
field 585 INT 1|7
field 627 NUMINGROUP
field 628 STRING
field 629 UTCTIMESTAMP
field 630 SEQNUM
field 789 SEQNUM
field 790 STRING
field 851 INT 1|2
field 893 BOOLEAN
field 912 BOOLEAN
field 8674 INT 0|1
field 9406 BOOLEAN
field 25035 INT
field 25036 INT
`;
