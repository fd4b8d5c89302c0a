// Written by schemas/generate.ts from FIX44.xml of QuickFIX, see NOTICE; never edited.

/** Lines as gateway/protocols/fix/dictionary/compile.ts writes them. */
export const STOCK_FIX44 = `version FIX.4.4
header 8! 9! 35! 49! 56! 115 128 90 91 34! 50 142 57 143 116 144 129 145 43 97 52! 122 212 213 347 369 627(628 629 630)
trailer 93 89 10!
component SpreadOrBenchmarkCurveData 218 220 221 222 662 663 699 761
component FinancingDetails 913 914 915 918 788 916 917 919 898
component YieldData 235 236 701 696 697 698
component SettlParties 781(782 783 784 801(785 786))
component PegInstructions 211 835 836 837 838 840
component LegBenchmarkCurveData 676 677 678 679 680
component TrdRegTimestamps 768(769 770 771)
component PositionAmountData 753(707 708)
component LegStipulations 683(688 689)
component CommissionData 12 13 479 497
component UnderlyingInstrument 311 312 309 305 457(458 459) 462 463 310 763 313 542 241 242 243 244 245 246 256 595 592 593 594 247 316 941 317 436 435 308 306 362 363 307 364 365 877 878 318 879 810 882 883 884 885 886 @UnderlyingStipulations
component PositionQty 702(703 704 705 706 @NestedParties)
component InstrumentExtension 668 869 870(871 872)
component Instrument 55! 65 48 22 454(455 456) 460 461 167 762 200 541 224 225 239 226 227 228 255 543 470 471 472 240 202 947 206 231 223 207 106 348 349 107 350 351 691 667 875 876 864(865 866 867 868) 873 874
component DiscretionInstructions 388 389 841 842 843 844 846
component NestedParties 539(524 525 538 804(545 805))
component NestedParties2 756(757 758 759 806(760 807))
component Stipulations 232(233 234)
component NestedParties3 948(949 950 951 952(953 954))
component UnderlyingStipulations 887(888 889)
component Parties 453(448 447 452 802(523 803))
component SettlInstructionsData 172 169 170 171 85(165 787 @SettlParties)
component OrderQtyData 38 152 516 468 469
component InstrumentLeg 600 601 602 603 604(605 606) 607 608 609 764 610 611 248 249 250 251 252 253 257 599 596 597 598 254 612 942 613 614 615 616 617 618 619 620 621 622 623 624 556 740 739 955 956
message 0 admin 112
message 1 admin 112!
message 2 admin 7! 16!
message 3 admin 45! 371 372 373 58 354 355
message 4 admin 123 36!
message 5 admin 58 354 355
message 6 app 23! 28! 26 @Instrument! @FinancingDetails 711(@UnderlyingInstrument) 54! 854 @OrderQtyData 27! 15 @Stipulations 555(@InstrumentLeg 682 @LegStipulations) 423 44 62 25 130 199(104) 58 354 355 60 149 215(216 217) @SpreadOrBenchmarkCurveData @YieldData
message 7 app 2! 5! 3 @Instrument! 555(@InstrumentLeg) 711(@UnderlyingInstrument) 4! 53! 854 44 15 75 60 58 354 355 149 30 336 625
message 8 app 37! 198 526 527 11 41 583 693 790 584 911 912 @Parties 229 382(375 337 437 438 655) 66 548 551 549 17! 19 150! 39! 636 103 378 1 660 581 589 590 591 63 64 544 635 @Instrument! @FinancingDetails 711(@UnderlyingInstrument) 54! @Stipulations 854 @OrderQtyData 40 423 44 99 @PegInstructions @DiscretionInstructions 839 845 847 848 849 850 15 376 377 59 168 432 126 18 528 529 582 32 652 31 651 669 194 195 30 336 625 943 29 151! 14! 6! 424 425 426 427 75 60 113 @CommissionData @SpreadOrBenchmarkCurveData @YieldData 381 157 230 158 159 738 920 921 922 258 259 260 238 237 118 119 120 155 156 21 110 111 77 210 775 58 354 355 193 192 641 442 480 481 513 494 483 515 484 485 638 639 851 518(519 520 521) 555(@InstrumentLeg 687 690 @LegStipulations 564 565 @NestedParties 654 566 587 588 637) 797 136(137 138 139 891)
message 9 app 37! 198 526 11! 583 41! 39! 636 586 66 1 660 581 229 75 60 434! 102 58 354 355
message A admin 98! 108! 95 96 141 789 383 384(372 385) 464 553 554
message B app 42 61 148! 358 359 215(216 217) 146(@Instrument) 555(@InstrumentLeg) 711(@UnderlyingInstrument) 33!(58! 354 355) 149 95 96
message C app 164! 94! 42 147! 356 357 215(216 217) 146(@Instrument) 711(@UnderlyingInstrument) 555(@InstrumentLeg) 37 11 33!(58! 354 355) 95 96
message D app 11! 526 583 @Parties 229 75 1 660 581 589 590 591 70 78(79 661 736 467 @NestedParties 80) 63 64 544 635 21 18 110 111 100 386(336 625) 81 @Instrument! @FinancingDetails 711(@UnderlyingInstrument) 140 54! 114 60! @Stipulations 854 @OrderQtyData! 40! 423 44 99 @SpreadOrBenchmarkCurveData @YieldData 15 376 377 23 117 59 168 432 126 427 @CommissionData 528 529 582 121 120 775 58 354 355 193 192 640 77 203 210 @PegInstructions @DiscretionInstructions 847 848 849 480 481 513 494
message E app 66! 390 391 414 394! 415 480 481 513 433 69 352 353 765 766 767 68! 893 73!(11! 526 67! 583 160 @Parties 229 75 1 660 581 589 590 70 591 78(79 661 736 467 @NestedParties 80) 63 64 544 635 21 18 110 111 100 386(336 625) 81 @Instrument! 711(@UnderlyingInstrument) 140 54! 401 114 60 @Stipulations 854 @OrderQtyData! 40 423 44 99 @SpreadOrBenchmarkCurveData @YieldData 15 376 377 23 117 59 168 432 126 427 @CommissionData 528 529 582 121 120 775 58 354 355 193 192 640 77 203 210 @PegInstructions @DiscretionInstructions 847 848 849 494)
message F app 41! 37 11! 526 583 66 586 1 660 581 @Parties @Instrument! @FinancingDetails 711(@UnderlyingInstrument) 54! 60! @OrderQtyData! 376 58 354 355
message G app 37 @Parties 229 75 41! 11! 526 583 66 586 1 660 581 589 590 591 70 78(79 661 736 467 @NestedParties 80) 63 64 544 635 21 18 110 111 100 386(336 625) @Instrument! @FinancingDetails 711(@UnderlyingInstrument) 54! 60! 854 @OrderQtyData! 40! 423 44 99 @SpreadOrBenchmarkCurveData @YieldData @PegInstructions @DiscretionInstructions 847 848 849 376 377 15 59 168 432 126 427 @CommissionData 528 529 582 121 120 775 58 354 355 193 192 640 77 203 210 114 480 481 513 494
message H app 37 11! 526 583 @Parties 790 1 660 @Instrument! @FinancingDetails 711(@UnderlyingInstrument) 54!
message J app 70! 71! 626! 793 72 796 808 196 197 466 857! 73(11 37 198 526 66 @NestedParties2 38 799 800) 124(32 17 527 31 669 29) 570 700 574 54! @Instrument! @InstrumentExtension @FinancingDetails 711(@UnderlyingInstrument) 555(@InstrumentLeg) 53! 854 30 229 336 625 423 6! 860 @SpreadOrBenchmarkCurveData 15 74 @Parties 75! 60 63 64 775 381 238 237 118 77 754 58 354 355 157 158 159 540 738 920 921 922 650 @Stipulations @YieldData 892 893 78(79 661 573 366 80 467 81 @NestedParties 208 209 161 360 361 @CommissionData 153 154 119 737 120 736 155 156 742 741 136(137 138 139 891) 576(577) 635 780 @SettlInstructionsData)
message K app 66! 60! 229 75 58 354 355
message L app 66! 391 390 60! 58 354 355
message M app 66! 58 354 355
message N app 66! 429! 82! 431! 83! 444 445 446 60 68! 893 73!(11! 526 14! 39! 636 151! 84! 6! 103 58 354 355)
message P app 70! @Parties 793 75 60! 87! 88 626 808 573 460 167 58 354 355 78(79 661 366 467 776 161 360 361)
message Q app 37! 198 17! 127! @Instrument! 711(@UnderlyingInstrument) 555(@InstrumentLeg) 54! @OrderQtyData! 32 31 58 354 355
message R app 131! 644 11 528 146!(@Instrument! @FinancingDetails 711(@UnderlyingInstrument) 140 303 537 336 625 229 54 854 @OrderQtyData 63 64 193 192 15 @Stipulations 1 660 581 555(@InstrumentLeg 687 690 587 588 @LegStipulations @NestedParties @LegBenchmarkCurveData) 735(695) 692 40 62 126 60 @SpreadOrBenchmarkCurveData 423 44 640 @YieldData @Parties) 58 354 355
message S app 131 117! 693 537 735(695) 301 @Parties 336 625 @Instrument! @FinancingDetails 711(@UnderlyingInstrument) 54 @OrderQtyData 63 64 193 192 15 @Stipulations 1 660 581 555(@InstrumentLeg 687 690 587 588 @LegStipulations @NestedParties 686 681 684 @LegBenchmarkCurveData) 132 133 645 646 647 134 648 135 62 188 190 189 191 631 632 633 634 60 40 642 643 656 657 156 13 12 582 100 528 423 @SpreadOrBenchmarkCurveData @YieldData 58 354 355
message T app 777! 791 160! 792 58 354 355 11 60! 778(162 163 214 @Parties 54 460 167 461 168 126 779 @SettlInstructionsData 492 476 488 489 503 490 491 504 505)
message V app 262! 263! 264! 265 266 286 546 547 267!(269!) 146!(@Instrument! 711(@UnderlyingInstrument) 555(@InstrumentLeg) 386(336 625) 815 812)
message W app 262 @Instrument! 711(@UnderlyingInstrument) 555(@InstrumentLeg) 291 292 451 268!(269! 270 15 271 272 273 274 275 336 625 276 277 282 283 284 286 59 432 126 110 18 287 37 299 288 289 346 290 546 811 58 354 355) 813 814
message X app 262 268!(279! 285 269 278 280 @Instrument 711(@UnderlyingInstrument) 555(@InstrumentLeg) 291 292 270 15 271 272 273 274 275 336 625 276 277 282 283 284 286 59 432 126 110 18 287 37 299 288 289 346 290 546 811 451 58 354 355) 813 814
message Y app 262! 281 816(817) 58 354 355
message Z app 131 117! 298! 301 @Parties 1 660 581 336 625 295(@Instrument @FinancingDetails 711(@UnderlyingInstrument) 555(@InstrumentLeg))
message a app 649 117 @Instrument! @FinancingDetails 711(@UnderlyingInstrument) 555(@InstrumentLeg) @Parties 1 660 581 336 625 263
message b app 131 117 297! 300 301 537 @Parties 1 660 581 58 354 355 296(302 @UnderlyingInstrument 304 893 295(299 @Instrument 555(@InstrumentLeg) 132 133 134 135 62 188 190 189 191 631 632 633 634 60 336 625 64 40 193 192 642 643 15 368))
message c app 320! 321! @Instrument @InstrumentExtension 711(@UnderlyingInstrument) 15 58 354 355 336 625 555(@InstrumentLeg) 827 263
message d app 320! 322! 323! @Instrument @InstrumentExtension 711(@UnderlyingInstrument) 15 336 625 58 354 355 555(@InstrumentLeg) 827 561 562
message e app 324! @Instrument! @InstrumentExtension 711(@UnderlyingInstrument) 555(@InstrumentLeg) 15 263! 336 625
message f app 324 @Instrument! @InstrumentExtension 711(@UnderlyingInstrument) 555(@InstrumentLeg) 15 336 625 325 326 291 292 327 328 329 330 331 332 333 31 60 334 58 354 355
message g app 335! 336 625 338 339 263!
message h app 335 336! 625 338 339 325 340! 567 341 342 343 344 345 387 58 354 355
message i app 131 117! 537 301 @Parties 1 660 581 293 294 296!(302! @UnderlyingInstrument 367 304! 893 295!(299! @Instrument 555(@InstrumentLeg) 132 133 134 135 62 188 190 189 191 631 632 633 634 60 336 625 64 40 193 192 642 643 15))
message j app 45 372! 379 380! 58 354 355
message k app 390 391! 374! 392 393! 394! 395 15 396 397 398(399 400 401 404 441 402 403 405 406 407 408) 420(66 54 336 625 430 63 64 1 660) 409 410 411 412 413 414 415 416 121 417 75 418! 419! 443 58 354 355
message l app 390 391 420!(@CommissionData! 66 421 54 44 423 406 430 63 64 336 625 58 354 355)
message m app 66! 422! 893 428!(@Instrument!) 711(@UnderlyingInstrument 140 11 526 54 44! 15 58 354 355)
message o app 513! 514! 508! 11 @Parties 1 660 493 495 517 473(509 511 474 482 @NestedParties 522 486 475) 510(477 512 478 498 499 500 501 502)
message p app 513! 514! 508! 11 @Parties 1 660 506! 507 496
message q app 11! 526 530! 336 625 @Instrument @UnderlyingInstrument 54 60! 58 354 355
message r app 11 526 37! 198 530! 531! 532 533 534(41 535 536) 336 625 @Instrument @UnderlyingInstrument 54 60 58 354 355
message s app 548! 549! 550! 552!(54! 11! 526 583 @Parties 229 75 1 660 581 589 590 591 70 78(79 661 736 467 @NestedParties 80) 854 @OrderQtyData! @CommissionData 528 529 582 121 120 775 58 354 355 77 203 544 635 377 659) @Instrument! 711(@UnderlyingInstrument) 555(@InstrumentLeg) 63 64 21 18 110 111 100 386(336 625) 81 140 114 60! @Stipulations 40! 423 44 99 @SpreadOrBenchmarkCurveData @YieldData 15 376 23 117 59 168 432 126 427 210 @PegInstructions @DiscretionInstructions 847 848 849 480 481 513 494
message t app 37 548! 551! 549! 550! 552!(54! 41! 11! 526 583 586 @Parties 229 75 1 660 581 589 590 591 70 78(79 661 736 467 @NestedParties 80) 854 @OrderQtyData! @CommissionData 528 529 582 121 120 775 58 354 355 77 203 544 635 377 659) @Instrument! 711(@UnderlyingInstrument) 555(@InstrumentLeg) 63 64 21 18 110 111 100 386(336 625) 81 140 114 60! @Stipulations 40! 423 44 99 @SpreadOrBenchmarkCurveData @YieldData 15 376 23 117 59 168 432 126 427 210 @PegInstructions @DiscretionInstructions 847 848 849 480 481 513 494
message u app 37 548! 551! 549! 550! 552!(54! 41! 11! 526 583 586 @Parties 229 75 @OrderQtyData! 376 58 354 355) @Instrument! 711(@UnderlyingInstrument) 555(@InstrumentLeg) 60!
message v app 320! 58 354 355 336 625 460 167 762
message w app 320! 322! 323! 557 893 558(167 762 460 461) 58 354 355 336 625 263
message x app 320! 559! @Instrument @InstrumentExtension @FinancingDetails 711(@UnderlyingInstrument) 555(@InstrumentLeg) 15 58 354 355 336 625 263
message y app 320! 322! 560! 393 893 146(@Instrument @InstrumentExtension @FinancingDetails 711(@UnderlyingInstrument) 15 @Stipulations 555(@InstrumentLeg 690 587 @LegStipulations @LegBenchmarkCurveData) @SpreadOrBenchmarkCurveData @YieldData 561 562 336 625 827 58 354 355)
message z app 320! 559! @UnderlyingInstrument 762 15 58 354 355 336 625 263
message AA app 320! 322! 560! @UnderlyingInstrument 393 893 146(@Instrument 15 827 @InstrumentExtension 555(@InstrumentLeg) 336 625 58 354 355)
message AB app 11! 526 583 @Parties 229 75 1 660 581 589 590 591 70 78(79 661 736 467 @NestedParties3 80) 63 64 544 635 21 18 110 111 100 386(336 625) 81 54! @Instrument! 711(@UnderlyingInstrument) 140 555!(@InstrumentLeg 687 690 @LegStipulations 670(671 672 @NestedParties2 673 674 675) 564 565 @NestedParties 654 566 587 588) 114 60! 854 @OrderQtyData! 40! 423 44 99 15 376 377 23 117 59 168 432 126 427 @CommissionData 528 529 582 121 120 775 58 354 355 77 203 210 @PegInstructions @DiscretionInstructions 847 848 849 480 481 513 494 563
message AC app 37 41! 11! 526 583 586 @Parties 229 75 1 660 581 589 590 591 70 78(79 661 736 467 @NestedParties3 80) 63 64 544 635 21 18 110 111 100 386(336 625) 81 54! @Instrument! 711(@UnderlyingInstrument) 140 555!(@InstrumentLeg 687 690 @LegStipulations 670(671 672 @NestedParties2 673 674 675) 564 565 @NestedParties 654 566 587 588) 114 60! 854 @OrderQtyData! 40! 423 44 99 15 376 377 23 117 59 168 432 126 427 @CommissionData 528 529 582 121 120 775 58 354 355 77 203 210 @PegInstructions @DiscretionInstructions 847 848 849 480 481 513 494 563
message AD app 568! 569! 263 571 818 17 150 37 11 573 828 829 830 855 820 880 @Parties @Instrument @InstrumentExtension @FinancingDetails 711(@UnderlyingInstrument) 555(@InstrumentLeg) 580(75 60) 715 336 625 943 54 442 578 579 725 726 58 354 355
message AE app 571! 487 856 568 828 829 855 830 150 748 912 325 263 572 881 818 820 880 17 39 527 378 570! 423 @Instrument! @FinancingDetails @OrderQtyData 854 @YieldData 711(@UnderlyingInstrument) 822 823 32! 31! 669 194 195 30 75! 715 6 @SpreadOrBenchmarkCurveData 819 @PositionAmountData 442 824 555(@InstrumentLeg 687 690 @LegStipulations 564 565 @NestedParties 654 566 587 588 637) 60! @TrdRegTimestamps 63 64 573 574 552!(54! 37! 198 11 526 66 @Parties 1 660 581 81 575 576(577) 635 578 579 821 15 376 377 528 529 582 40 18 483 336 625 943 @CommissionData 381 157 230 158 159 738 920 921 922 238 237 118 119 120 155 156 77 58 354 355 752 518(519 520 521) @Stipulations 136(137 138 139 891) 825 826 591 70 78(79 661 736 467 @NestedParties2 80) 797 852 853)
message AF app 584! 585! @Parties 1 660 336 625 @Instrument @UnderlyingInstrument 54
message AG app 131! 644 658! 146!(@Instrument! @FinancingDetails 711(@UnderlyingInstrument) 140 303 537 336 625 229 54 854 @OrderQtyData 63 64 193 192 15 @Stipulations 1 660 581 555(@InstrumentLeg 687 690 587 588 @LegStipulations @NestedParties @LegBenchmarkCurveData) 735(695) 692 40 126 60 @SpreadOrBenchmarkCurveData 423 44 640 @YieldData @Parties) 58 354 355
message AH app 644! 146!(@Instrument! 711(@UnderlyingInstrument) 555(@InstrumentLeg) 140 303 537 336 625) 263
message AI app 649 131 117! 693 537 @Parties 336 625 @Instrument! @FinancingDetails 711(@UnderlyingInstrument) 54 @OrderQtyData 63 64 193 192 15 @Stipulations 1 660 581 555(@InstrumentLeg 687 690 587 588 @LegStipulations @NestedParties) 735(695) 126 44 423 @SpreadOrBenchmarkCurveData @YieldData 132 133 645 646 647 134 648 135 62 188 190 189 191 631 632 633 634 60 40 642 643 656 657 156 13 12 582 100 297 58 354 355
message AJ app 693! 117 694! 11 528 23 537 735(695) @Parties 336 625 @Instrument! @FinancingDetails 711(@UnderlyingInstrument) 54 @OrderQtyData 63 64 193 192 15 @Stipulations 1 660 581 555(@InstrumentLeg 687 690 587 588 @LegStipulations @NestedParties 686 681 684 @LegBenchmarkCurveData) 132 133 645 646 647 134 648 135 62 188 190 189 191 631 632 633 634 60 40 642 643 656 657 156 12 13 582 100 58 354 355 44 423 @SpreadOrBenchmarkCurveData @YieldData
message AK app 664! 772 859 666! 773! 797 650 665! @Parties 73(11 37 198 526 66 @NestedParties2 38 799 800) 70 793 467 60! 75! @TrdRegTimestamps @Instrument! @InstrumentExtension @FinancingDetails 711!(@UnderlyingInstrument) 555!(@InstrumentLeg) @YieldData 80! 854 54! 15 30 862!(528! 529 863!) 79! 661 798 6! 74 423 860 @SpreadOrBenchmarkCurveData 861 58 354 355 81 381! 157 230 158 159 738 920 921 922 238 237 118! 890 119 120 155 156 63 64 @SettlInstructionsData @CommissionData 858 @Stipulations 136(137 138 139 891)
message AL app 710! 709! 712! 713 714 715! 716 717 @Parties! 1! 660 581! @Instrument! 15 555(@InstrumentLeg) 711(@UnderlyingInstrument) 386(336 625) 60! @PositionQty! 718 719 720 834 58 354 355
message AM app 721! 709! 710 712! 713! 722! 723 715! 716 717 @Parties 1! 660 581! @Instrument! 15 555(@InstrumentLeg) 711(@UnderlyingInstrument) 386(336 625) 60! @PositionQty! @PositionAmountData! 718 834 58 354 355
message AN app 710! 724! 573 263 @Parties! 1! 660 581! @Instrument 15 555(@InstrumentLeg) 711(@UnderlyingInstrument) 715! 716 717 386(336 625) 60! 725 726 58 354 355
message AO app 721! 710 727 325 728! 729! @Parties! 1! 660 581! @Instrument 15 555(@InstrumentLeg) 711(@UnderlyingInstrument) 725 726 58 354 355
message AP app 721! 710 724 263 727 325 728! 715! 716 717 @Parties! 1! 660 581! @Instrument 15 730! 731! 734! 555(@InstrumentLeg) 711(@UnderlyingInstrument 732! 733!) @PositionQty! @PositionAmountData! 506 743 58 354 355
message AQ app 568! 569! 263 748 749! 750! @Instrument! 711(@UnderlyingInstrument) 555(@InstrumentLeg) 442 725 726 58 354 355
message AR app 571! 487 856 828 829 855 830 150! 572 881 939 751 818 263 820 880 17 527 @Instrument! 60 @TrdRegTimestamps 725 726 58 354 355 555(@InstrumentLeg 687 690 @LegStipulations 564 565 @NestedParties 654 566 587 588 637) 635 528 529 582 1 660 581 77 591 78(79 661 736 467 @NestedParties2 80)
message AS app 755! 70 71! 795 796 793 794! 87! 88 72 808 196 197 466 857! 73(11 37 198 526 66 @NestedParties2 38 799 800) 124(32 17 527 31 669 29) 570 700 574 54! @Instrument! @InstrumentExtension @FinancingDetails 711(@UnderlyingInstrument) 555(@InstrumentLeg) 53! 854 30 229 336 625 423 6! 860 @SpreadOrBenchmarkCurveData 15 74 @Parties 75! 60 63 64 775 381 238 237 118 77 754 58 354 355 157 158 159 540 738 920 921 922 650 @Stipulations @YieldData 892 893 78(79 661 573 366 80 467 81 @NestedParties 208 209 161 360 361 @CommissionData 153 154 119 737 120 736 155 156 742 741 136(137 138 139 891) 576(577) 635 780 @SettlInstructionsData)
message AT app 755! 70! @Parties 793 75 60! 87! 88 794 808 573 460 167 58 354 355 78(79 661 366 467 776 161 360 361)
message AU app 664! 75! 60! 940! 774 573 58 354 355
message AV app 791! 60! @Parties 79 661 54 460 167 461 168 126 779 169 170 171
message AW app 833! 832 912 @Parties! 1 581! @Instrument 15 555(@InstrumentLeg) 711(@UnderlyingInstrument) @PositionQty! @PositionAmountData! 834 730! 731! 732! 432 744! 745 746! 747! 716! 717! 715! 58 354 355
message AX app 894! 895! 60! 126 @Parties 1 581 11 37 198 526 124(17) 897(571 818) @Instrument @FinancingDetails 64 53 854 15 555(@InstrumentLeg) 711(@UnderlyingInstrument 944) 899 900 901 @TrdRegTimestamps 54 136(137 138 139 891) 44 423 159 920 921 922 @SpreadOrBenchmarkCurveData @Stipulations 336 625 716 717 715 58 354 355
message AY app 902! 894 895! 903! 907 60! 126 @Parties 1 581 11 37 198 526 124(17) 897(571 818) @Instrument @FinancingDetails 64 53 854 15 555(@InstrumentLeg) 711(@UnderlyingInstrument 944) 899 900 901 @TrdRegTimestamps 54 136(137 138 139 891) 44 423 159 920 921 922 @SpreadOrBenchmarkCurveData @Stipulations @SettlInstructionsData 336 625 716 717 715 58 354 355
message AZ app 904! 902! 894 895! 903 905! 906 60! @Parties 1 581 11 37 198 526 124(17) 897(571 818) @Instrument @FinancingDetails 64 53 854 15 555(@InstrumentLeg) 711(@UnderlyingInstrument 944) 899 900 901 @TrdRegTimestamps 54 136(137 138 139 891) 44 423 159 920 921 922 @SpreadOrBenchmarkCurveData @Stipulations 58 354 355
message BA app 908! 909 910! 911 912 @Parties 1 581 11 37 198 526 124(17) 897(571 818) @Instrument @FinancingDetails 64 53 854 15 555(@InstrumentLeg) 711(@UnderlyingInstrument) 899 900 901 @TrdRegTimestamps 54 136(137 138 139 891) 44 423 159 920 921 922 @SpreadOrBenchmarkCurveData @Stipulations @SettlInstructionsData 336 625 716 717 715 58 354 355
message BB app 909 938(896) 263 725 726 @Parties 1 581 11 37 198 526 124(17) 897(571 818) @Instrument @FinancingDetails 64 53 854 15 555(@InstrumentLeg) 711(@UnderlyingInstrument) 899 900 901 @TrdRegTimestamps 54 44 423 159 920 921 922 @SpreadOrBenchmarkCurveData @Stipulations @SettlInstructionsData 336 625 716 717 715 58 354 355
message BC app 935! 933! 936(930 931 283 284)
message BD app 937! 933 932! 934 936!(930 931 283 284 928 929)
message BE app 923! 924! 553! 554 925 95 96
message BF app 923! 553! 926 927
message BG app 909! 945! 946 938(896) 911 @Parties 1 581 11 37 198 526 124(17) 897(571 818) @Instrument @FinancingDetails 64 53 854 15 555(@InstrumentLeg) 711(@UnderlyingInstrument) 336 625 716 717 715 725 726 58 354 355
message BH app 859! 773! 73(11 37 198 526 66 @NestedParties2 38 799 800) 70 793 467 60! 79 661 798 58 354 355
field 1 STRING
field 2 STRING
field 3 STRING
field 4 CHAR B|S|T|X
field 5 STRING C|N|R
field 6 PRICE
field 7 SEQNUM
field 8 STRING
field 9 LENGTH
field 10 STRING
field 11 STRING
field 12 AMT
field 13 CHAR 1|2|3|4|5|6
field 14 QTY
field 15 CURRENCY
field 16 SEQNUM
field 17 STRING
field 18 MULTIPLEVALUESTRING 0|1|2|3|4|5|6|7|8|9|A|a|B|b|c|C|d|D|E|e|F|G|H|I|J|K|L|M|N|O|P|Q|R|S|U|V|W|X|Y|Z
field 19 STRING
field 20 CHAR 0|1|2|3
field 21 CHAR 1|2|3
field 22 STRING 1|2|3|4|5|6|7|8|9|A|B|C|D|E|F|G|H|I|J
field 23 STRING
field 24 CHAR
field 25 CHAR H|L|M
field 26 STRING
field 27 STRING
field 28 CHAR C|N|R
field 29 CHAR 1|2|3|4
field 30 EXCHANGE
field 31 PRICE
field 32 QTY
field 33 NUMINGROUP
field 34 SEQNUM
field 35 STRING 0|1|2|3|4|5|6|7|8|9|a|A|AA|AB|AC|AD|AE|AF|AG|AH|AI|AJ|AK|AL|AM|AN|AO|AP|AQ|AR|AS|AT|AU|AV|AW|AX|AY|AZ|B|b|BA|BB|BC|BD|BE|BF|BG|BH|C|c|d|D|e|E|F|f|G|g|H|h|i|j|J|k|K|l|L|m|M|n|N|o|p|P|q|Q|R|r|S|s|T|t|u|V|v|w|W|x|X|Y|y|Z|z
field 36 SEQNUM
field 37 STRING
field 38 QTY
field 39 CHAR 0|1|2|3|4|6|7|8|9|A|B|C|D|E
field 40 CHAR 1|2|3|4|5|6|7|8|9|A|B|C|D|E|F|G|H|I|J|K|L|M|P
field 41 STRING
field 42 UTCTIMESTAMP
field 43 BOOLEAN
field 44 PRICE
field 45 SEQNUM
field 46 STRING
field 47 CHAR A|B|C|D|E|F|H|I|J|K|L|M|N|O|P|R|S|T|U|W|X|Y|Z
field 48 STRING
field 49 STRING
field 50 STRING
field 51 LOCALMKTDATE
field 52 UTCTIMESTAMP
field 53 QTY
field 54 CHAR 1|2|3|4|5|6|7|8|9|A|B|C|D|E|F|G
field 55 STRING
field 56 STRING
field 57 STRING
field 58 STRING
field 59 CHAR 0|1|2|3|4|5|6|7
field 60 UTCTIMESTAMP
field 61 CHAR 0|1|2
field 62 UTCTIMESTAMP
field 63 CHAR 0|1|2|3|4|5|6|7|8|9
field 64 LOCALMKTDATE
field 65 STRING CD|WI
field 66 STRING
field 67 INT
field 68 INT
field 69 STRING
field 70 STRING
field 71 CHAR 0|1|2|3|4|5
field 72 STRING
field 73 NUMINGROUP
field 74 INT
field 75 LOCALMKTDATE
field 76 STRING
field 77 CHAR C|F|O|R
field 78 NUMINGROUP
field 79 STRING
field 80 QTY
field 81 CHAR 0|1|2|3|4|5|6
field 82 INT
field 83 INT
field 84 QTY
field 85 NUMINGROUP
field 86 STRING
field 87 INT 0|1|2|3|4|5
field 88 INT 0|1|10|11|12|13|2|3|4|5|6|7|8|9
field 89 DATA
field 90 LENGTH
field 91 DATA
field 92 STRING
field 93 LENGTH
field 94 CHAR 0|1|2
field 95 LENGTH
field 96 DATA
field 97 BOOLEAN
field 98 INT 0|1|2|3|4|5|6
field 99 PRICE
field 100 EXCHANGE
field 102 INT 0|1|2|3|4|5|6|99
field 103 INT 0|1|10|11|12|13|14|15|2|3|4|5|6|7|8|9|99
field 104 CHAR A|B|C|D|I|L|M|O|P|Q|R|S|T|V|W|X|Y|Z
field 105 STRING
field 106 STRING
field 107 STRING
field 108 INT
field 109 STRING
field 110 QTY
field 111 QTY
field 112 STRING
field 113 BOOLEAN
field 114 BOOLEAN
field 115 STRING
field 116 STRING
field 117 STRING
field 118 AMT
field 119 AMT
field 120 CURRENCY
field 121 BOOLEAN
field 122 UTCTIMESTAMP
field 123 BOOLEAN
field 124 NUMINGROUP
field 125 CHAR
field 126 UTCTIMESTAMP
field 127 CHAR A|B|C|D|E|F|Z
field 128 STRING
field 129 STRING
field 130 BOOLEAN
field 131 STRING
field 132 PRICE
field 133 PRICE
field 134 QTY
field 135 QTY
field 136 NUMINGROUP
field 137 AMT
field 138 CURRENCY
field 139 CHAR 1|10|11|12|2|3|4|5|6|7|8|9
field 140 PRICE
field 141 BOOLEAN
field 142 STRING
field 143 STRING
field 144 STRING
field 145 STRING
field 146 NUMINGROUP
field 147 STRING
field 148 STRING
field 149 STRING
field 150 CHAR 0|3|4|5|6|7|8|9|A|B|C|D|E|F|G|H|I
field 151 QTY
field 152 QTY
field 153 PRICE
field 154 AMT
field 155 FLOAT
field 156 CHAR M|D
field 157 INT
field 158 PERCENTAGE
field 159 AMT
field 160 CHAR 0|1|2|3|4|5
field 161 STRING
field 162 STRING
field 163 CHAR C|N|R|T
field 164 STRING
field 165 CHAR 1|2|3
field 166 STRING CED|DTC|EUR|FED|ISO_Country_Code|PNY|PTC
field 167 STRING ABS|AMENDED|AN|BA|BN|BOX|BRADY|BRIDGE|BUYSELL|CB|CD|CL|CMBS|CMO|COFO|COFP|CORP|CP|CPP|CS|DEFLTED|DINP|DN|DUAL|EUCD|EUCORP|EUCP|EUSOV|EUSUPRA|FAC|FADN|FOR|FORWARD|FUT|GO|IET|LOFC|LQN|MATURED|MBS|MF|MIO|MLEG|MPO|MPP|MPT|MT|MTN|NONE|ONITE|OPT|PEF|PFAND|PN|PS|PZFJ|RAN|REPLACD|REPO|RETIRED|REV|RVLV|RVLVTRM|SECLOAN|SECPLEDGE|SPCLA|SPCLO|SPCLT|STN|STRUCT|SUPRA|SWING|TAN|TAXA|TBA|TBILL|TBOND|TCAL|TD|TECP|TERM|TINT|TIPS|TNOTE|TPRN|TRAN|UST|USTB|VRDN|WAR|WITHDRN|WLD|XCN|XLINKD|YANK|YCD
field 168 UTCTIMESTAMP
field 169 INT 0|1|2|3|4
field 170 STRING
field 171 STRING
field 172 INT
field 173 STRING
field 174 STRING
field 175 STRING
field 176 STRING
field 177 STRING
field 178 STRING
field 179 STRING
field 180 STRING
field 181 STRING
field 182 STRING
field 183 STRING
field 184 STRING
field 185 STRING
field 186 STRING
field 187 STRING
field 188 PRICE
field 189 PRICEOFFSET
field 190 PRICE
field 191 PRICEOFFSET
field 192 QTY
field 193 LOCALMKTDATE
field 194 PRICE
field 195 PRICEOFFSET
field 196 STRING
field 197 INT 0|1
field 198 STRING
field 199 NUMINGROUP
field 200 MONTHYEAR
field 201 INT 0|1
field 202 PRICE
field 203 INT 0|1
field 204 INT 0|1
field 205 DAYOFMONTH
field 206 CHAR
field 207 EXCHANGE
field 208 BOOLEAN
field 209 INT 1|2|3
field 210 QTY
field 211 FLOAT
field 212 LENGTH
field 213 DATA
field 214 STRING
field 215 NUMINGROUP
field 216 INT 1|2|3|4
field 217 STRING
field 218 PRICEOFFSET
field 219 CHAR 1|2|3|4|5|6|7|8|9
field 220 CURRENCY
field 221 STRING EONIA|EUREPO|Euribor|FutureSWAP|LIBID|LIBOR|MuniAAA|OTHER|Pfandbriefe|SONIA|SWAP|Treasury
field 222 STRING
field 223 PERCENTAGE
field 224 LOCALMKTDATE
field 225 LOCALMKTDATE
field 226 INT
field 227 PERCENTAGE
field 228 FLOAT
field 229 LOCALMKTDATE
field 230 LOCALMKTDATE
field 231 FLOAT
field 232 NUMINGROUP
field 233 STRING ABS|AMT|AUTOREINV|BANKQUAL|BGNCON|COUPON|CPP|CPR|CPY|CURRENCY|CUSTOMDATE|GEOG|HAIRCUT|HEP|INSURED|ISSUE|ISSUER|ISSUESIZE|LOOKBACK|LOT|LOTVAR|MAT|MATURITY|MAXDNOM|MAXSUBS|MHP|MINDNOM|MININCR|MINQTY|MPR|PAYFREQ|PIECES|PMAX|PMIN|PPC|PPL|PPM|PPT|PRICE|PRICEFREQ|PROD|PROTECT|PSA|PURPOSE|PXSOURCE|RATING|REDEMPTION|RESTRICTED|SECTOR|SECTYPE|SMM|STRUCT|SUBSFREQ|SUBSLEFT|TEXT|TRDVAR|WAC|WAL|WALA|WAM|WHOLE|YIELD
field 234 STRING
field 235 STRING AFTERTAX|ANNUAL|ATISSUE|AVGMATURITY|BOOK|CALL|CHANGE|CLOSE|COMPOUND|CURRENT|GOVTEQUIV|GROSS|INFLATION|INVERSEFLOATER|LASTCLOSE|LASTMONTH|LASTQUARTER|LASTYEAR|LONGAVGLIFE|MARK|MATURITY|NEXTREFUND|OPENAVG|PREVCLOSE|PROCEEDS|PUT|SEMIANNUAL|SHORTAVGLIFE|SIMPLE|TAXEQUIV|TENDER|TRUE|VALUE1_32|WORST
field 236 PERCENTAGE
field 237 AMT
field 238 AMT
field 239 INT
field 240 LOCALMKTDATE
field 241 LOCALMKTDATE
field 242 LOCALMKTDATE
field 243 INT
field 244 INT
field 245 PERCENTAGE
field 246 FLOAT
field 247 LOCALMKTDATE
field 248 LOCALMKTDATE
field 249 LOCALMKTDATE
field 250 INT
field 251 INT
field 252 PERCENTAGE
field 253 FLOAT
field 254 LOCALMKTDATE
field 255 STRING
field 256 STRING
field 257 STRING
field 258 BOOLEAN
field 259 LOCALMKTDATE
field 260 PRICE
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
field 274 CHAR 0|1|2|3
field 275 EXCHANGE
field 276 MULTIPLEVALUESTRING A|B|C|D|E|F|G|H|I
field 277 MULTIPLEVALUESTRING A|B|C|D|E|F|G|H|I|J|K|L|M|N|P|Q|R
field 278 STRING
field 279 CHAR 0|1|2
field 280 STRING
field 281 CHAR 0|1|2|3|4|5|6|7|8|9|A|B|C
field 282 STRING
field 283 STRING
field 284 STRING
field 285 CHAR 0|1
field 286 MULTIPLEVALUESTRING 0|1|2|3|4|5
field 287 INT
field 288 STRING
field 289 STRING
field 290 INT
field 291 MULTIPLEVALUESTRING 1|2
field 292 MULTIPLEVALUESTRING A|B|C|D|E
field 293 QTY
field 294 QTY
field 295 NUMINGROUP
field 296 NUMINGROUP
field 297 INT 0|1|10|11|12|13|14|15|2|3|4|5|6|7|8|9
field 298 INT 1|2|3|4
field 299 STRING
field 300 INT 1|2|3|4|5|6|7|8|9|99
field 301 INT 0|1|2
field 302 STRING
field 303 INT 1|2
field 304 INT
field 305 STRING
field 306 STRING
field 307 STRING
field 308 EXCHANGE
field 309 STRING
field 310 STRING
field 311 STRING
field 312 STRING
field 313 MONTHYEAR
field 314 DAYOFMONTH
field 315 INT
field 316 PRICE
field 317 CHAR
field 318 CURRENCY
field 319 QTY
field 320 STRING
field 321 INT 0|1|2|3
field 322 STRING
field 323 INT 1|2|3|4|5|6
field 324 STRING
field 325 BOOLEAN
field 326 INT 1|10|11|12|13|14|15|16|17|18|19|2|20|21|22|23|3|4|5|6|7|8|9
field 327 CHAR D|E|I|M|P|X
field 328 BOOLEAN
field 329 BOOLEAN
field 330 QTY
field 331 QTY
field 332 PRICE
field 333 PRICE
field 334 INT 1|2|3
field 335 STRING
field 336 STRING
field 337 STRING
field 338 INT 1|2|3
field 339 INT 1|2|3
field 340 INT 0|1|2|3|4|5|6
field 341 UTCTIMESTAMP
field 342 UTCTIMESTAMP
field 343 UTCTIMESTAMP
field 344 UTCTIMESTAMP
field 345 UTCTIMESTAMP
field 346 INT
field 347 STRING
field 348 LENGTH
field 349 DATA
field 350 LENGTH
field 351 DATA
field 352 LENGTH
field 353 DATA
field 354 LENGTH
field 355 DATA
field 356 LENGTH
field 357 DATA
field 358 LENGTH
field 359 DATA
field 360 LENGTH
field 361 DATA
field 362 LENGTH
field 363 DATA
field 364 LENGTH
field 365 DATA
field 366 PRICE
field 367 UTCTIMESTAMP
field 368 INT 1|2|3|4|5|6|7|8|9|99
field 369 SEQNUM
field 370 UTCTIMESTAMP
field 371 INT
field 372 STRING
field 373 INT 0|1|10|11|12|13|14|15|16|17|2|3|4|5|6|7|8|9|99
field 374 CHAR C|N
field 375 STRING
field 376 STRING
field 377 BOOLEAN
field 378 INT 0|1|10|2|3|4|5|6|7|8|9|99
field 379 STRING
field 380 INT 0|1|2|3|4|5|6|7
field 381 AMT
field 382 NUMINGROUP
field 383 LENGTH
field 384 NUMINGROUP
field 385 CHAR R|S
field 386 NUMINGROUP
field 387 QTY
field 388 CHAR 0|1|2|3|4|5|6
field 389 FLOAT
field 390 STRING
field 391 STRING
field 392 STRING
field 393 INT
field 394 INT 1|2|3
field 395 INT
field 396 AMT
field 397 AMT
field 398 NUMINGROUP
field 399 INT 1|2|3
field 400 STRING
field 401 INT 1|2
field 402 PERCENTAGE
field 403 PERCENTAGE
field 404 AMT
field 405 PERCENTAGE
field 406 AMT
field 407 PERCENTAGE
field 408 AMT
field 409 INT 1|2|3|4
field 410 PERCENTAGE
field 411 BOOLEAN
field 412 AMT
field 413 PERCENTAGE
field 414 INT 1|2|3
field 415 INT
field 416 INT 1|2
field 417 INT
field 418 CHAR A|G|J|R
field 419 CHAR 2|3|4|5|6|7|8|9|A|B|C|D|Z
field 420 NUMINGROUP
field 421 COUNTRY
field 422 INT
field 423 INT 1|10|11|2|3|4|5|6|7|8|9
field 424 QTY
field 425 QTY
field 426 PRICE
field 427 INT 0|1|2
field 428 NUMINGROUP
field 429 INT 1|2|3|4|5|6
field 430 INT 1|2
field 431 INT 1|2|3|4|5|6|7
field 432 LOCALMKTDATE
field 433 CHAR 1|2|3|4|5
field 434 CHAR 1|2
field 435 PERCENTAGE
field 436 FLOAT
field 437 QTY
field 438 UTCTIMESTAMP
field 439 STRING
field 440 STRING
field 441 INT
field 442 CHAR 1|2|3
field 443 UTCTIMESTAMP
field 444 STRING
field 445 LENGTH
field 446 DATA
field 447 CHAR 1|2|3|4|5|6|7|8|9|A|B|C|D|E|F|G|H|I
field 448 STRING
field 449 UTCDATEONLY
field 450 UTCTIMEONLY
field 451 PRICEOFFSET
field 452 INT 1|10|11|12|13|14|15|16|17|18|19|2|20|21|22|24|25|26|27|28|29|3|30|31|32|33|34|35|36|37|38|39|4|5|6|7|8|9
field 453 NUMINGROUP
field 454 NUMINGROUP
field 455 STRING
field 456 STRING
field 457 NUMINGROUP
field 458 STRING
field 459 STRING
field 460 INT 1|10|11|12|13|2|3|4|5|6|7|8|9
field 461 STRING
field 462 INT
field 463 STRING
field 464 BOOLEAN
field 465 INT 1|2|3|4|5|6|7|8
field 466 STRING
field 467 STRING
field 468 CHAR 0|1|2
field 469 FLOAT
field 470 COUNTRY
field 471 STRING
field 472 STRING
field 473 NUMINGROUP
field 474 STRING
field 475 COUNTRY
field 476 STRING
field 477 INT 1|10|11|12|2|3|4|5|6|7|8|9
field 478 CURRENCY
field 479 CURRENCY
field 480 CHAR M|N|O|Y
field 481 CHAR 1|2|3|N|Y
field 482 STRING
field 483 UTCTIMESTAMP
field 484 CHAR B|C|D|E|O|P|Q|S
field 485 FLOAT
field 486 LOCALMKTDATE
field 487 INT 0|1|2|3|4
field 488 STRING
field 489 STRING
field 490 LOCALMKTDATE
field 491 STRING
field 492 INT 1|10|11|12|13|14|15|2|3|4|5|6|7|8|9
field 493 STRING
field 494 STRING
field 495 INT 0|1|10|11|12|13|14|15|16|17|18|19|2|20|21|22|23|24|25|26|27|28|29|3|4|5|6|7|8|9|999
field 496 STRING
field 497 CHAR N|Y
field 498 STRING
field 499 STRING
field 500 STRING
field 501 STRING
field 502 STRING
field 503 LOCALMKTDATE
field 504 LOCALMKTDATE
field 505 STRING
field 506 CHAR A|H|N|R
field 507 INT 1|10|11|12|13|14|15|16|17|18|2|3|4|5|6|7|8|9|99
field 508 STRING
field 509 STRING
field 510 NUMINGROUP
field 511 STRING
field 512 PERCENTAGE
field 513 STRING
field 514 CHAR 0|1|2
field 515 UTCTIMESTAMP
field 516 PERCENTAGE
field 517 CHAR 2|J|T
field 518 NUMINGROUP
field 519 INT 1|10|11|12|13|14|15|2|3|4|5|6|7|8|9
field 520 FLOAT
field 521 CURRENCY
field 522 INT 1|10|11|12|13|2|3|4|5|6|7|8|9
field 523 STRING
field 524 STRING
field 525 CHAR
field 526 STRING
field 527 STRING
field 528 CHAR A|G|I|P|R|W
field 529 MULTIPLEVALUESTRING 1|2|3|4|5|6|7|8|9|A
field 530 CHAR 1|2|3|4|5|6|7
field 531 CHAR 0|1|2|3|4|5|6|7
field 532 CHAR 0|1|2|3|4|5|6|99
field 533 INT
field 534 INT
field 535 STRING
field 536 STRING
field 537 INT 0|1|2|3
field 538 INT
field 539 NUMINGROUP
field 540 AMT
field 541 LOCALMKTDATE
field 542 LOCALMKTDATE
field 543 STRING BIC|ISO|ZZ
field 544 CHAR 1|2|3
field 545 STRING
field 546 MULTIPLEVALUESTRING 1|2|3
field 547 BOOLEAN
field 548 STRING
field 549 INT 1|2|3|4
field 550 INT 0|1|2
field 551 STRING
field 552 NUMINGROUP 1|2
field 553 STRING
field 554 STRING
field 555 NUMINGROUP
field 556 CURRENCY
field 557 INT
field 558 NUMINGROUP
field 559 INT 0|1|2|3|4
field 560 INT 0|1|2|3|4|5
field 561 QTY
field 562 QTY
field 563 INT 0|1|2
field 564 CHAR
field 565 INT
field 566 PRICE
field 567 INT 1|99
field 568 STRING
field 569 INT 0|1|2|3|4
field 570 BOOLEAN
field 571 STRING
field 572 STRING
field 573 CHAR 0|1|2
field 574 STRING A1|A2|A3|A4|A5|ACTM1|ACTM2|ACTM3|ACTM4|ACTM5|ACTM6|ACTMT|AQ|M1|M2|MT|S1|S2|S3|S4|S5
field 575 BOOLEAN
field 576 NUMINGROUP
field 577 INT 0|1|10|11|12|13|2|3|4|5|6|7|8|9
field 578 STRING
field 579 STRING
field 580 INT
field 581 INT 1|2|3|4|6|7|8
field 582 INT 1|2|3|4
field 583 STRING
field 584 STRING
field 585 INT 1|2|3|4|5|6|7|8
field 586 UTCTIMESTAMP
field 587 CHAR
field 588 LOCALMKTDATE
field 589 CHAR 0|1|2
field 590 CHAR 0|1|2
field 591 CHAR 0|1
field 592 COUNTRY
field 593 STRING
field 594 STRING
field 595 STRING
field 596 COUNTRY
field 597 STRING
field 598 STRING
field 599 STRING
field 600 STRING
field 601 STRING
field 602 STRING
field 603 STRING
field 604 STRING
field 605 STRING
field 606 STRING
field 607 INT
field 608 STRING
field 609 STRING
field 610 MONTHYEAR
field 611 LOCALMKTDATE
field 612 PRICE
field 613 CHAR
field 614 FLOAT
field 615 PERCENTAGE
field 616 EXCHANGE
field 617 STRING
field 618 LENGTH
field 619 DATA
field 620 STRING
field 621 LENGTH
field 622 DATA
field 623 FLOAT
field 624 CHAR
field 625 STRING
field 626 INT 1|2|3|4|5|6|7|8
field 627 NUMINGROUP
field 628 STRING
field 629 UTCTIMESTAMP
field 630 SEQNUM
field 631 PRICE
field 632 PERCENTAGE
field 633 PERCENTAGE
field 634 PERCENTAGE
field 635 STRING 1|2|3|4|5|9|B|C|E|F|H|I|L|M
field 636 BOOLEAN
field 637 PRICE
field 638 INT 0|1
field 639 PRICEOFFSET
field 640 PRICE
field 641 PRICEOFFSET
field 642 PRICEOFFSET
field 643 PRICEOFFSET
field 644 STRING
field 645 PRICE
field 646 PRICE
field 647 QTY
field 648 QTY
field 649 STRING
field 650 BOOLEAN
field 651 PRICE
field 652 QTY
field 653 INT 0|1|2|3|4
field 654 STRING
field 655 STRING
field 656 FLOAT
field 657 FLOAT
field 658 INT 1|10|2|3|4|5|6|7|8|9|99
field 659 STRING
field 660 INT 1|2|3|4|5|99
field 661 INT
field 662 PRICE
field 663 INT
field 664 STRING
field 665 INT 1|2|3|4|5
field 666 INT 0|1|2
field 667 MONTHYEAR
field 668 INT 1|2
field 669 PRICE
field 670 NUMINGROUP
field 671 STRING
field 672 STRING
field 673 QTY
field 674 STRING
field 675 CURRENCY
field 676 CURRENCY
field 677 STRING
field 678 STRING
field 679 PRICE
field 680 INT
field 681 PRICE
field 682 STRING
field 683 NUMINGROUP
field 684 PRICE
field 685 QTY
field 686 INT
field 687 QTY
field 688 STRING
field 689 STRING
field 690 INT 1|2|4|5
field 691 STRING
field 692 INT 1|10|2|3|4|5|6|7|8|9
field 693 STRING
field 694 INT 1|2|3|4|5|6
field 695 CHAR
field 696 LOCALMKTDATE
field 697 PRICE
field 698 INT
field 699 STRING
field 700 BOOLEAN
field 701 LOCALMKTDATE
field 702 NUMINGROUP
field 703 STRING ALC|AS|ASF|DLV|ETR|EX|FIN|IAS|IES|PA|PIT|SOD|SPL|TA|TOT|TQ|TRF|TX|XM
field 704 QTY
field 705 QTY
field 706 INT 0|1|2
field 707 STRING CASH|CRES|FMTM|IMTM|PREM|SMTM|TVAR|VADJ
field 708 AMT
field 709 INT 1|2|3|4|5
field 710 STRING
field 711 NUMINGROUP
field 712 INT 1|2|3
field 713 STRING
field 714 STRING
field 715 LOCALMKTDATE
field 716 STRING
field 717 STRING
field 718 INT 0|1|2|3
field 719 BOOLEAN
field 720 BOOLEAN
field 721 STRING
field 722 INT 0|1|2|3|4
field 723 INT 0|1|99
field 724 INT 0|1|2|3
field 725 INT 0|1
field 726 STRING
field 727 INT
field 728 INT 0|1|2|3|4|99
field 729 INT 0|1|2
field 730 PRICE
field 731 INT 1|2
field 732 PRICE
field 733 INT
field 734 PRICE
field 735 NUMINGROUP
field 736 CURRENCY
field 737 AMT
field 738 AMT
field 739 LOCALMKTDATE
field 740 STRING
field 741 AMT
field 742 AMT
field 743 LOCALMKTDATE
field 744 CHAR P|R
field 745 QTY
field 746 AMT
field 747 CHAR A|M
field 748 INT
field 749 INT 0|1|2|3|4|5|8|9|99
field 750 INT 0|1|2
field 751 INT 0|1|2|3|4|99
field 752 INT 1|2|3
field 753 NUMINGROUP
field 754 BOOLEAN
field 755 STRING
field 756 NUMINGROUP
field 757 STRING
field 758 CHAR
field 759 INT
field 760 STRING
field 761 STRING
field 762 STRING
field 763 STRING
field 764 STRING
field 765 PERCENTAGE
field 766 AMT
field 767 CURRENCY
field 768 NUMINGROUP
field 769 UTCTIMESTAMP
field 770 INT 1|2|3|4|5
field 771 STRING
field 772 STRING
field 773 INT 1|2|3
field 774 INT 1|2|99
field 775 INT 0|1|2
field 776 INT
field 777 STRING
field 778 NUMINGROUP
field 779 UTCTIMESTAMP
field 780 INT 0|1|2|3|4
field 781 NUMINGROUP
field 782 STRING
field 783 CHAR
field 784 INT
field 785 STRING
field 786 INT
field 787 CHAR C|S
field 788 INT 1|2|3|4
field 789 SEQNUM
field 790 STRING
field 791 STRING
field 792 INT 0|1|2|99
field 793 STRING
field 794 INT 3|4|5|8
field 795 STRING
field 796 INT 1|2|99
field 797 BOOLEAN
field 798 INT 1|2|3|4|6|7|8
field 799 PRICE
field 800 QTY
field 801 NUMINGROUP
field 802 NUMINGROUP
field 803 INT 1|10|11|12|13|14|15|16|17|18|19|2|20|21|22|23|24|25|26|3|4|4000|5|6|7|8|9
field 804 NUMINGROUP
field 805 INT
field 806 NUMINGROUP
field 807 INT
field 808 INT 1|2|3|4|5|6
field 810 PRICE
field 811 FLOAT
field 812 INT
field 813 INT
field 814 INT 0|1|2|3
field 815 INT 0|1|2|3
field 816 NUMINGROUP
field 817 STRING
field 818 STRING
field 819 INT 0|1|2
field 820 STRING
field 821 STRING
field 822 STRING
field 823 STRING
field 824 STRING
field 825 STRING
field 826 INT 0|1|2
field 827 INT 0|1
field 828 INT 0|1|10|2|3|4|5|6|7|8|9
field 829 INT
field 830 STRING
field 831 STRING
field 832 INT
field 833 STRING
field 834 PRICEOFFSET
field 835 INT 0|1
field 836 INT 0|1|2|3
field 837 INT 0|1|2
field 838 INT 1|2
field 839 PRICE
field 840 INT 1|2|3|4
field 841 INT 0|1
field 842 INT 0|1|2|3
field 843 INT 0|1|2
field 844 INT 1|2
field 845 PRICE
field 846 INT 1|2|3|4
field 847 INT 1|1000|2|3
field 848 STRING
field 849 PERCENTAGE
field 850 FLOAT
field 851 INT 1|2|3
field 852 BOOLEAN
field 853 INT 0|1|2|3|4|5
field 854 INT 0|1
field 855 INT
field 856 INT 0|1|2|3|4|5|6|7
field 857 INT 0|1
field 858 AMT
field 859 STRING
field 860 PRICE
field 861 PRICE
field 862 NUMINGROUP
field 863 QTY
field 864 NUMINGROUP
field 865 INT 1|2|3|4|99
field 866 LOCALMKTDATE
field 867 PRICE
field 868 STRING
field 869 PERCENTAGE
field 870 NUMINGROUP
field 871 INT 1|10|11|12|13|14|15|16|17|18|19|2|20|21|22|3|4|5|6|7|8|9|99
field 872 STRING
field 873 LOCALMKTDATE
field 874 LOCALMKTDATE
field 875 INT 1|2|99
field 876 STRING
field 877 STRING
field 878 STRING
field 879 QTY
field 880 STRING
field 881 STRING
field 882 PRICE
field 883 PRICE
field 884 AMT
field 885 AMT
field 886 AMT
field 887 NUMINGROUP
field 888 STRING
field 889 STRING
field 890 AMT
field 891 INT 0|1|2
field 892 INT
field 893 BOOLEAN
field 894 STRING
field 895 INT 0|1|2|3|4|5|6|7
field 896 INT 0|1|2|3|4|5|6|7
field 897 NUMINGROUP
field 898 PERCENTAGE
field 899 AMT
field 900 AMT
field 901 AMT
field 902 STRING
field 903 INT 0|1|2|3|4
field 904 STRING
field 905 INT 0|1|2|3
field 906 INT 0|1|2|3|4|5|99
field 907 STRING
field 908 STRING
field 909 STRING
field 910 INT 0|1|2|3|4
field 911 INT
field 912 BOOLEAN
field 913 STRING
field 914 STRING
field 915 LOCALMKTDATE
field 916 LOCALMKTDATE
field 917 LOCALMKTDATE
field 918 CURRENCY
field 919 INT 0|1|2|3
field 920 AMT
field 921 AMT
field 922 AMT
field 923 STRING
field 924 INT 1|2|3|4
field 925 STRING
field 926 INT 1|2|3|4|5|6
field 927 STRING
field 928 INT 1|2|3|4
field 929 STRING
field 930 STRING
field 931 STRING
field 932 STRING
field 933 STRING
field 934 STRING
field 935 INT 1|2|4|8
field 936 NUMINGROUP
field 937 INT 1|2
field 938 NUMINGROUP
field 939 INT 0|1
field 940 INT 1|2|3
field 941 CURRENCY
field 942 CURRENCY
field 943 STRING
field 944 INT 0|1|2
field 945 INT 0|1|2|3|4
field 946 INT 0|1|2|3|4|5|6|7|8|9|99
field 947 CURRENCY
field 948 NUMINGROUP
field 949 STRING
field 950 CHAR
field 951 INT
field 952 NUMINGROUP
field 953 STRING
field 954 INT
field 955 MONTHYEAR
field 956 LOCALMKTDATE
`;
