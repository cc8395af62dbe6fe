<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="sk_SK" sourcelanguage="en_GB">
<context>
    <name>advice</name>
    <message>
        <source>Hold your document in the frame</source>
        <translation>Podržte doklad v rámčeku</translation>
    </message>
    <message>
        <source>Show the whole document, all four corners</source>
        <translation>Ukážte celý doklad, všetky štyri rohy</translation>
    </message>
    <message>
        <source>Now turn it over</source>
        <translation>Teraz ho otočte</translation>
    </message>
    <message>
        <source>Come a little closer</source>
        <translation>Priblížte sa trochu</translation>
    </message>
    <message>
        <source>Move back a little</source>
        <translation>Trochu sa vzdiaľte</translation>
    </message>
    <message>
        <source>It&apos;s too dark, turn towards the light</source>
        <translation>Je príliš tma, otočte sa k svetlu</translation>
    </message>
    <message>
        <source>Too much light, turn away from it a little</source>
        <translation>Príliš veľa svetla, trochu sa od neho odvráťte</translation>
    </message>
    <message>
        <source>Tilt it a little, so that the shine goes away</source>
        <translation>Mierne ho nakloňte, aby zmizol odlesk</translation>
    </message>
    <message>
        <source>Hold still for a sharp picture</source>
        <translation>Chvíľu sa nehýbte, nech je snímka ostrá</translation>
    </message>
    <message>
        <source>That&apos;s it, hold still</source>
        <translation>Výborne, nehýbte sa</translation>
    </message>
    <message>
        <source>Look into the camera</source>
        <translation>Pozrite sa do kamery</translation>
    </message>
    <message>
        <source>Only one person in the picture</source>
        <translation>Na snímke má byť len jedna osoba</translation>
    </message>
    <message>
        <source>Move your face into the oval</source>
        <translation>Presuňte tvár do oválu</translation>
    </message>
    <message>
        <source>Look straight ahead</source>
        <translation>Pozerajte sa rovno</translation>
    </message>
    <message>
        <source>Keep your head upright</source>
        <translation>Držte hlavu vzpriamene</translation>
    </message>
    <message>
        <source>Keep your eyes open</source>
        <translation>Nechajte oči otvorené</translation>
    </message>
    <message>
        <source>Close your mouth</source>
        <translation>Zatvorte ústa</translation>
    </message>
    <message>
        <source>Show your whole face, no mask or dark glasses</source>
        <translation>Ukážte celú tvár, bez rúška a tmavých okuliarov</translation>
    </message>
    <message>
        <source>Too much light behind you, turn a little</source>
        <translation>Za vami je priveľa svetla, trochu sa otočte</translation>
    </message>
    <message>
        <source>Look into the camera, with a relaxed face</source>
        <translation>Pozrite sa do kamery s uvoľnenou tvárou</translation>
    </message>
    <message>
        <source>Now smile</source>
        <translation>Teraz sa usmejte</translation>
    </message>
    <message>
        <source>Move until your face fills the oval</source>
        <translation>Pohnite sa tak, aby tvár vyplnila ovál</translation>
    </message>
    <message>
        <source>Bring your eyes close to the camera, in one go</source>
        <translation>Jedným pohybom priblížte oči ku kamere</translation>
    </message>
    <message>
        <source>Follow the dot, with your eyes only</source>
        <translation>Sledujte bodku, iba očami</translation>
    </message>
    <message>
        <source>Let&apos;s begin that again</source>
        <translation>Začnime to ešte raz</translation>
    </message>
    <message>
        <source>Turn your head slowly to the left</source>
        <translation>Pomaly otočte hlavu doľava</translation>
    </message>
    <message>
        <source>Turn your head slowly to the right</source>
        <translation>Pomaly otočte hlavu doprava</translation>
    </message>
    <message>
        <source>Good, now look straight ahead again</source>
        <translation>Dobre, teraz sa znova pozrite rovno</translation>
    </message>
    <message>
        <source>The camera is starting</source>
        <translation>Kamera sa spúšťa</translation>
    </message>
    <message>
        <source>Got it</source>
        <translation>Hotovo</translation>
    </message>
    <message>
        <source>Let&apos;s try once more</source>
        <translation>Skúsme to ešte raz</translation>
    </message>
</context>
<context>
    <name>assist</name>
    <message>
        <source>Go on without it</source>
        <translation>Pokračovať bez nej</translation>
    </message>
    <message>
        <source>Call a colleague</source>
        <translation>Zavolať kolegu</translation>
    </message>
    <message>
        <source>Try once more</source>
        <translation>Skúsiť ešte raz</translation>
    </message>
    <message>
        <source>Let&apos;s do this together</source>
        <translation>Urobme to spolu</translation>
    </message>
    <message>
        <source>A colleague is on the way to you.</source>
        <translation>Kolega je na ceste k vám.</translation>
    </message>
    <message>
        <source>The quick check doesn&apos;t always work. A colleague can help you now, or look at it later.</source>
        <translation>Rýchla kontrola vždy nevyjde. Kolega vám môže pomôcť hneď, alebo sa na to pozrie neskôr.</translation>
    </message>
    <message>
        <source>The quick check doesn&apos;t always work. A colleague does it with you.</source>
        <translation>Rýchla kontrola vždy nevyjde. Kolega ju urobí s vami.</translation>
    </message>
    <message>
        <source>Nothing that you&apos;ve shown us so far is lost.</source>
        <translation>Nič z toho, čo ste nám doteraz ukázali, sa nestratilo.</translation>
    </message>
    <message>
        <source>For staff: {code}</source>
        <translation>Pre personál: {code}</translation>
    </message>
</context>
<context>
    <name>busy</name>
    <message>
        <source>Reading your document</source>
        <translation>Čítame váš doklad</translation>
    </message>
    <message>
        <source>Comparing the pictures</source>
        <translation>Porovnávame snímky</translation>
    </message>
    <message>
        <source>Saving</source>
        <translation>Ukladáme</translation>
    </message>
    <message>
        <source>Putting everything together</source>
        <translation>Vyhodnocujeme výsledky</translation>
    </message>
    <message>
        <source>Sending</source>
        <translation>Posielame</translation>
    </message>
    <message>
        <source>One moment</source>
        <translation>Chvíľku strpenia</translation>
    </message>
</context>
<context>
    <name>capture</name>
    <message>
        <source>Can you read everything?</source>
        <translation>Dá sa všetko prečítať?</translation>
    </message>
    <message>
        <source>Got it</source>
        <translation>Hotovo</translation>
    </message>
    <message>
        <source>Now turn it over</source>
        <translation>Teraz ho otočte</translation>
    </message>
    <message>
        <source>Hold the back in the frame. The picture is taken by itself.</source>
        <translation>Podržte v rámčeku zadnú stranu. Snímka sa urobí sama.</translation>
    </message>
    <message>
        <source>Show the front of your document</source>
        <translation>Ukážte prednú stranu dokladu</translation>
    </message>
    <message>
        <source>Identity card or passport, page with the photo. The picture is taken by itself.</source>
        <translation>Občiansky preukaz alebo pas, strana s fotografiou. Snímka sa urobí sama.</translation>
    </message>
    <message>
        <source>Take it out of its cover, and hold it by its edge in front of something dark.</source>
        <translation>Vyberte doklad z obalu a držte ho za okraj pred niečím tmavým.</translation>
    </message>
    <message>
        <source>Thank you, that&apos;s done</source>
        <translation>Ďakujeme, hotovo</translation>
    </message>
    <message>
        <source>The screen changes its colours while you do it.</source>
        <translation>Obrazovka pri tom mení farby.</translation>
    </message>
    <message>
        <source>Try {number} of {count}. Take your time.</source>
        <translation>Pokus {number} z {count}. Nikam sa neponáhľajte.</translation>
    </message>
    <message>
        <source>Look into the camera with a relaxed face. When we ask you to, smile.</source>
        <translation>Pozrite sa do kamery s uvoľnenou tvárou. Keď vás vyzveme, usmejte sa.</translation>
    </message>
    <message>
        <source>A broad smile works best. There&apos;s no hurry.</source>
        <translation>Najlepší je široký úsmev. Nikam sa neponáhľajte.</translation>
    </message>
    <message>
        <source>The oval changes its size. Come nearer or move back until your face fills the oval.</source>
        <translation>Ovál mení veľkosť. Priblížte sa alebo ustúpte, kým ho vaša tvár nevyplní.</translation>
    </message>
    <message>
        <source>Move your whole body slowly, and keep looking into the camera.</source>
        <translation>Pohybujte sa pomaly celým telom a stále sa pozerajte do kamery.</translation>
    </message>
    <message>
        <source>Look straight ahead first. Then bring your eyes close to the camera, in one movement.</source>
        <translation>Najprv sa pozerajte rovno. Potom jedným pohybom priblížte oči ku kamere.</translation>
    </message>
    <message>
        <source>Stay close until the ring is full. Take off glasses if they shine.</source>
        <translation>Zostaňte blízko, kým sa kruh nenaplní. Ak sa okuliare lesknú, zložte si ich.</translation>
    </message>
    <message>
        <source>A dot moves over the screen. Keep your head still, and follow it with your eyes.</source>
        <translation>Po obrazovke sa pohybuje bodka. Hlavu držte pokojne a sledujte ju očami.</translation>
    </message>
    <message>
        <source>Only your eyes move. Rest them on the dot until its ring is full.</source>
        <translation>Pohybujú sa iba oči. Nechajte ich na bodke, kým sa jej kruh nenaplní.</translation>
    </message>
    <message>
        <source>Look straight ahead first, then turn your head slowly to the left.</source>
        <translation>Najprv sa pozrite rovno, potom pomaly otočte hlavu doľava.</translation>
    </message>
    <message>
        <source>Look straight ahead first, then turn your head slowly to the right.</source>
        <translation>Najprv sa pozrite rovno, potom pomaly otočte hlavu doprava.</translation>
    </message>
    <message>
        <source>Look straight ahead first, then turn your head slowly to where the arrow points.</source>
        <translation>Najprv sa pozerajte rovno, potom pomaly otočte hlavu tam, kam ukazuje šípka.</translation>
    </message>
    <message>
        <source>A quick check that it&apos;s really you</source>
        <translation>Rýchle overenie, že ste to naozaj vy</translation>
    </message>
    <message>
        <source>Turn only your head, and follow the arrow. There&apos;s no hurry.</source>
        <translation>Otočte iba hlavu v smere šípky. Netreba sa ponáhľať.</translation>
    </message>
    <message>
        <source>Now your selfie</source>
        <translation>Teraz vaša selfie</translation>
    </message>
    <message>
        <source>Put your face in the oval and look into the camera. The picture is taken by itself.</source>
        <translation>Umiestnite tvár do oválu a pozrite sa do kamery. Snímka sa urobí sama.</translation>
    </message>
    <message>
        <source>Face the light, and take off sunglasses or a cap. A headscarf can stay on.</source>
        <translation>Otočte sa k svetlu a zložte si slnečné okuliare alebo čiapku. Šatka na hlave môže zostať.</translation>
    </message>
    <message>
        <source>Does it not work?</source>
        <translation>Nedarí sa?</translation>
    </message>
    <message>
        <source>Ask a colleague</source>
        <translation>Zavolať kolegu</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Pokračovať</translation>
    </message>
    <message>
        <source>Take again</source>
        <translation>Odfotiť znova</translation>
    </message>
    <message>
        <source>Take the picture</source>
        <translation>Odfotiť</translation>
    </message>
    <message>
        <source>Let&apos;s take it once more</source>
        <translation>Odfoťme to ešte raz</translation>
    </message>
    <message>
        <source>You can continue, or take it again.</source>
        <translation>Môžete pokračovať alebo ju urobiť znova.</translation>
    </message>
</context>
<context>
    <name>chip</name>
    <message>
        <source>Read the chip</source>
        <translation>Prečítať čip</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Teraz nie</translation>
    </message>
    <message>
        <source>Hold your document to the reader</source>
        <translation>Priložte doklad k čítačke</translation>
    </message>
    <message>
        <source>Take it out of its cover, and leave it there until we say that it&apos;s done.</source>
        <translation>Vyberte ho z obalu a nechajte ho tam, kým nepovieme, že je hotovo.</translation>
    </message>
</context>
<context>
    <name>consent</name>
    <message>
        <source>I agree</source>
        <translation>Súhlasím</translation>
    </message>
    <message>
        <source>I don&apos;t agree</source>
        <translation>Nesúhlasím</translation>
    </message>
    <message>
        <source>Before we start</source>
        <translation>Skôr než začneme</translation>
    </message>
    <message>
        <source>With your consent we do three things, and nothing else.</source>
        <translation>S vaším súhlasom urobíme tri veci a nič iné.</translation>
    </message>
    <message>
        <source>Continue without comparing my face</source>
        <translation>Pokračovať bez porovnania tváre</translation>
    </message>
    <message>
        <source>You can stop at any time. Version {version}.</source>
        <translation>Kedykoľvek môžete prestať. Verzia {version}.</translation>
    </message>
</context>
<context>
    <name>contact</name>
    <message>
        <source>Send me a code</source>
        <translation>Poslať kód</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Pokračovať</translation>
    </message>
    <message>
        <source>Confirm</source>
        <translation>Potvrdiť</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Teraz nie</translation>
    </message>
    <message>
        <source>Another code in {seconds} s</source>
        <translation>Ďalší kód o {seconds} s</translation>
    </message>
    <message>
        <source>Send another code</source>
        <translation>Poslať ďalší kód</translation>
    </message>
    <message>
        <source>This code doesn&apos;t count any more.</source>
        <translation>Tento kód už neplatí.</translation>
    </message>
    <message>
        <source>Counts for {time}</source>
        <translation>Platí ešte {time}</translation>
    </message>
    <message>
        <source>tries left: {count}</source>
        <translation>zostáva pokusov: {count}</translation>
    </message>
    <message>
        <source>Type the code</source>
        <translation>Zadajte kód</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>Kód</translation>
    </message>
    <message>
        <source>No code can be sent from here. A colleague confirms it with you later.</source>
        <translation>Odtiaľto sa nedá poslať kód. Kolega to s vami potvrdí neskôr.</translation>
    </message>
    <message>
        <source>Your telephone number</source>
        <translation>Vaše telefónne číslo</translation>
    </message>
    <message>
        <source>We send you a code, to know that the number is yours.</source>
        <translation>Pošleme vám kód, aby sme vedeli, že číslo je vaše.</translation>
    </message>
    <message>
        <source>So that we can reach you.</source>
        <translation>Aby sme vás mohli zastihnúť.</translation>
    </message>
    <message>
        <source>Telephone number</source>
        <translation>Telefónne číslo</translation>
    </message>
    <message>
        <source>We sent eight digits to {contact}.</source>
        <translation>Poslali sme osem číslic na {contact}.</translation>
    </message>
    <message>
        <source>Another code is needed</source>
        <translation>Treba ďalší kód</translation>
    </message>
    <message>
        <source>It goes to {contact}.</source>
        <translation>Pošleme ho na {contact}.</translation>
    </message>
    <message>
        <source>A number from abroad begins with + and the code of its country.</source>
        <translation>Zahraničné číslo sa začína znakom + a predvoľbou krajiny.</translation>
    </message>
    <message>
        <source>Your e-mail address</source>
        <translation>Vaša e-mailová adresa</translation>
    </message>
    <message>
        <source>We send you a code, to know that the address is yours.</source>
        <translation>Pošleme vám kód, aby sme vedeli, že adresa je vaša.</translation>
    </message>
    <message>
        <source>E-mail address</source>
        <translation>E-mailová adresa</translation>
    </message>
    <message>
        <source>Another number</source>
        <translation>Iné číslo</translation>
    </message>
    <message>
        <source>Another address</source>
        <translation>Iná adresa</translation>
    </message>
    <message>
        <source>Trial: no message is sent; the code is shown on the machine&apos;s console.</source>
        <translation>Skúšobná prevádzka: správa sa neposiela, kód sa zobrazí na konzole zariadenia.</translation>
    </message>
</context>
<context>
    <name>decision</name>
    <message>
        <source>Continue</source>
        <translation>Pokračovať</translation>
    </message>
    <message>
        <source>Hide details</source>
        <translation>Skryť podrobnosti</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Podrobnosti</translation>
    </message>
    <message>
        <source>Your data is checked and saved.</source>
        <translation>Vaše údaje sú overené a uložené.</translation>
    </message>
    <message>
        <source>Your data is saved. There&apos;s nothing more that you need to do now.</source>
        <translation>Vaše údaje sú uložené. Teraz už nemusíte nič robiť.</translation>
    </message>
    <message>
        <source>If you think that this is wrong, talk to a colleague. They can look at it with you.</source>
        <translation>Ak si myslíte, že to nie je správne, obráťte sa na kolegu. Pozrie sa na to s vami.</translation>
    </message>
    <message>
        <source>Score {score}</source>
        <translation>Skóre {score}</translation>
    </message>
    <message>
        <source>needed {threshold}</source>
        <translation>potrebné {threshold}</translation>
    </message>
    <message>
        <source>{ms} ms</source>
        <translation>{ms} ms</translation>
    </message>
</context>
<context>
    <name>done</name>
    <message>
        <source>Finish</source>
        <translation>Ukončiť</translation>
    </message>
    <message>
        <source>All done</source>
        <translation>Všetko je hotové</translation>
    </message>
    <message>
        <source>Thank you. You can take your document and go.</source>
        <translation>Ďakujeme. Vezmite si doklad, môžete odísť.</translation>
    </message>
    <message>
        <source>Thank you</source>
        <translation>Ďakujeme</translation>
    </message>
    <message>
        <source>A colleague looks at your data and gets back to you. Don&apos;t forget your document.</source>
        <translation>Kolega si pozrie vaše údaje a ozve sa vám. Nezabudnite si doklad.</translation>
    </message>
    <message>
        <source>It didn&apos;t work out today</source>
        <translation>Dnes to nevyšlo</translation>
    </message>
    <message>
        <source>A colleague can tell you what else is possible. Don&apos;t forget your document.</source>
        <translation>Kolega vám povie, aké sú ďalšie možnosti. Nezabudnite si doklad.</translation>
    </message>
    <message>
        <source>Your reference</source>
        <translation>Vaše referenčné číslo</translation>
    </message>
</context>
<context>
    <name>earlier</name>
    <message>
        <source>A little alike</source>
        <translation>Trochu podobní</translation>
    </message>
    <message>
        <source>Very alike</source>
        <translation>Veľmi podobní</translation>
    </message>
    <message>
        <source>Alike</source>
        <translation>Podobní</translation>
    </message>
    <message>
        <source>A face like this one is on record</source>
        <translation>Podobná tvár je už v záznamoch</translation>
    </message>
    <message>
        <source>For staff: compare both. It may be the same person, or somebody who is alike.</source>
        <translation>Pre personál: porovnajte obe. Môže to byť tá istá osoba alebo niekto, kto sa na ňu podobá.</translation>
    </message>
    <message>
        <source>Born {date}</source>
        <translation>Dátum narodenia {date}</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Teraz</translation>
    </message>
    <message>
        <source>likeness {score}</source>
        <translation>podobnosť {score}</translation>
    </message>
    <message>
        <source>Record {reference}</source>
        <translation>Záznam {reference}</translation>
    </message>
    <message>
        <source>Onboarded {date}</source>
        <translation>Prijatie {date}</translation>
    </message>
    <message>
        <source>On record</source>
        <translation>V záznamoch</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>Nothing is lost. Take the picture once more.</source>
        <translation>O nič ste neprišli. Urobte snímku ešte raz.</translation>
    </message>
    <message>
        <source>Nothing that you confirmed is lost. A colleague will help you.</source>
        <translation>O nič, čo ste potvrdili, ste neprišli. Kolega vám pomôže.</translation>
    </message>
    <message>
        <source>Something here doesn&apos;t fit</source>
        <translation>Niečo tu nesedí</translation>
    </message>
    <message>
        <source>Look at what you entered and try again.</source>
        <translation>Skontrolujte, čo ste zadali, a skúste to znova.</translation>
    </message>
    <message>
        <source>A value was refused. The log names it.</source>
        <translation>Hodnota bola odmietnutá. Nájdete ju v protokole.</translation>
    </message>
    <message>
        <source>The picture isn&apos;t there any more</source>
        <translation>Snímka už neexistuje</translation>
    </message>
    <message>
        <source>A file vanished before it was read.</source>
        <translation>Súbor zmizol skôr, než bol prečítaný.</translation>
    </message>
    <message>
        <source>The picture is empty</source>
        <translation>Snímka je prázdna</translation>
    </message>
    <message>
        <source>The camera or scanner gave a file of 0 bytes.</source>
        <translation>Kamera alebo skener odovzdali súbor s veľkosťou 0 bajtov.</translation>
    </message>
    <message>
        <source>The picture can&apos;t be opened</source>
        <translation>Snímka sa nedá otvoriť</translation>
    </message>
    <message>
        <source>The file is not an image of a known kind.</source>
        <translation>Súbor nie je obrázok známeho typu.</translation>
    </message>
    <message>
        <source>A part of the picture is missing</source>
        <translation>Časť snímky chýba</translation>
    </message>
    <message>
        <source>The image file ends too early. Check the cable or the network folder.</source>
        <translation>Súbor so snímkou je neúplný. Skontrolujte kábel alebo sieťový priečinok.</translation>
    </message>
    <message>
        <source>The picture is of a kind that can&apos;t be opened</source>
        <translation>Obrázok tohto druhu sa nedá otvoriť</translation>
    </message>
    <message>
        <source>The file is an image, but neither JPEG nor PNG. Set the camera or scanner to one of these.</source>
        <translation>Súbor je obrázok, ale nie JPEG ani PNG. Nastavte kameru alebo skener na jeden z nich.</translation>
    </message>
    <message>
        <source>The picture moves</source>
        <translation>Obrázok sa pohybuje</translation>
    </message>
    <message>
        <source>The file is an animated image. One still picture is needed, as JPEG or PNG.</source>
        <translation>Súbor je animovaný obrázok. Treba jednu nehybnú snímku vo formáte JPEG alebo PNG.</translation>
    </message>
    <message>
        <source>A PDF is not a picture</source>
        <translation>PDF nie je obrázok</translation>
    </message>
    <message>
        <source>The file is a PDF. Set the scanner to JPEG or PNG.</source>
        <translation>Súbor je PDF. Nastavte skener na JPEG alebo PNG.</translation>
    </message>
    <message>
        <source>There is nothing to be seen in the picture</source>
        <translation>Na snímke nič nevidno</translation>
    </message>
    <message>
        <source>Turn the page round, and take the picture once more.</source>
        <translation>Otočte stránku a odfoťte ju ešte raz.</translation>
    </message>
    <message>
        <source>The picture is of one colour. Look for an empty page or a covered lens.</source>
        <translation>Snímka má jedinú farbu. Skontrolujte, či nejde o prázdnu stránku alebo zakrytý objektív.</translation>
    </message>
    <message>
        <source>The picture is too large</source>
        <translation>Snímka je príliš veľká</translation>
    </message>
    <message>
        <source>The image file is larger than 10 MB. Lower the camera&apos;s or scanner&apos;s quality.</source>
        <translation>Súbor so snímkou je väčší ako 10 MB. Znížte kvalitu kamery alebo skenera.</translation>
    </message>
    <message>
        <source>A side of the image is longer than 8000 pixels. Lower the camera&apos;s or scanner&apos;s resolution.</source>
        <translation>Strana snímky je dlhšia ako 8000 pixelov. Znížte rozlíšenie kamery alebo skenera.</translation>
    </message>
    <message>
        <source>There is no document to be seen</source>
        <translation>Nevidíme žiadny doklad</translation>
    </message>
    <message>
        <source>Hold it flat in the frame with all four corners visible, and take the picture once more.</source>
        <translation>Podržte ho rovno v rámčeku tak, aby bolo vidno všetky štyri rohy, a odfoťte ho ešte raz.</translation>
    </message>
    <message>
        <source>No page was found in the picture. A plain, dark background helps.</source>
        <translation>Na snímke sa nenašla strana dokladu. Pomáha jednofarebné tmavé pozadie.</translation>
    </message>
    <message>
        <source>There is more than one document in the picture</source>
        <translation>Na snímke je viac dokladov</translation>
    </message>
    <message>
        <source>Show one document at a time, and take the picture once more.</source>
        <translation>Ukážte vždy len jeden doklad a odfoťte ho ešte raz.</translation>
    </message>
    <message>
        <source>Pages of different documents were found. Clear the table or the scanner&apos;s glass.</source>
        <translation>Našli sa stránky rôznych dokladov. Uprázdnite stôl alebo sklo skenera.</translation>
    </message>
    <message>
        <source>There is no face to be seen</source>
        <translation>Nevidíme žiadnu tvár</translation>
    </message>
    <message>
        <source>Look into the camera with your face in the oval, and take the picture once more.</source>
        <translation>Pozrite sa do kamery s tvárou v ovále a odfoťte sa ešte raz.</translation>
    </message>
    <message>
        <source>No face was found in the picture. Check the light and the height of the camera.</source>
        <translation>Na snímke sa nenašla tvár. Skontrolujte svetlo a výšku kamery.</translation>
    </message>
    <message>
        <source>There is more than one face in the picture</source>
        <translation>Na snímke je viac tvárí</translation>
    </message>
    <message>
        <source>Make sure that you are alone in the picture, and take it once more.</source>
        <translation>Uistite sa, že ste na snímke sami, a odfoťte sa ešte raz.</translation>
    </message>
    <message>
        <source>Several faces were found. Look for posters or people behind the customer.</source>
        <translation>Našlo sa viac tvárí. Pozrite, či za zákazníkom nie sú plagáty alebo iní ľudia.</translation>
    </message>
    <message>
        <source>Nothing was recorded without your consent</source>
        <translation>Bez vášho súhlasu sme nič nezaznamenali</translation>
    </message>
    <message>
        <source>You can start again at any time, or talk to a colleague about other ways.</source>
        <translation>Kedykoľvek môžete začať znova alebo sa s kolegom porozprávať o iných možnostiach.</translation>
    </message>
    <message>
        <source>The customer did not consent. Only that answer was recorded.</source>
        <translation>Zákazník nedal súhlas. Zaznamenala sa len táto odpoveď.</translation>
    </message>
    <message>
        <source>We can&apos;t find that customer</source>
        <translation>Tohto zákazníka nevieme nájsť</translation>
    </message>
    <message>
        <source>Look at the number and try again.</source>
        <translation>Skontrolujte číslo a skúste to znova.</translation>
    </message>
    <message>
        <source>There is no customer with this id, or it has been erased.</source>
        <translation>Zákazník s týmto identifikátorom neexistuje alebo bol vymazaný.</translation>
    </message>
    <message>
        <source>This kiosk isn&apos;t set up yet</source>
        <translation>Tento kiosk ešte nie je pripravený</translation>
    </message>
    <message>
        <source>Nothing is lost. A colleague will help you.</source>
        <translation>O nič ste neprišli. Kolega vám pomôže.</translation>
    </message>
    <message>
        <source>A document template is wrong. Run: kiosk documents check FILE</source>
        <translation>Šablóna dokladu je chybná. Spustite: kiosk documents check SÚBOR</translation>
    </message>
    <message>
        <source>A workflow or policy file is wrong. Run: kiosk doctor</source>
        <translation>Súbor s postupom alebo pravidlami je chybný. Spustite: kiosk doctor</translation>
    </message>
    <message>
        <source>That isn&apos;t possible right now</source>
        <translation>To teraz nie je možné</translation>
    </message>
    <message>
        <source>Go on with what is on the screen.</source>
        <translation>Pokračujte tým, čo je na obrazovke.</translation>
    </message>
    <message>
        <source>An answer came for another step. If it happens again, send us the log.</source>
        <translation>Prišla odpoveď pre iný krok. Ak sa to zopakuje, pošlite nám protokol.</translation>
    </message>
    <message>
        <source>We couldn&apos;t use this recording</source>
        <translation>Túto nahrávku sme nemohli použiť</translation>
    </message>
    <message>
        <source>Nothing is lost. Let&apos;s do the quick check once more.</source>
        <translation>Nič sa nestratilo. Urobme rýchlu kontrolu ešte raz.</translation>
    </message>
    <message>
        <source>The capture record was changed, is too old, or was made elsewhere. It was not used.</source>
        <translation>Záznam snímania bol zmenený, je príliš starý alebo vznikol inde. Nebol použitý.</translation>
    </message>
    <message>
        <source>There was too little to see</source>
        <translation>Bolo toho vidieť primálo</translation>
    </message>
    <message>
        <source>Stay in front of the camera a little longer, and try once more.</source>
        <translation>Zostaňte pred kamerou o trochu dlhšie a skúste to ešte raz.</translation>
    </message>
    <message>
        <source>Too few usable frames were recorded. Check the light and the camera&apos;s frame rate.</source>
        <translation>Nahralo sa primálo použiteľných snímok. Skontrolujte svetlo a snímkovú frekvenciu kamery.</translation>
    </message>
    <message>
        <source>Your face can&apos;t be seen well enough</source>
        <translation>Vašu tvár nie je dosť dobre vidieť</translation>
    </message>
    <message>
        <source>Face the light, look straight into the camera, and take the picture once more.</source>
        <translation>Otočte sa k svetlu, pozrite sa rovno do kamery a odfoťte sa ešte raz.</translation>
    </message>
    <message>
        <source>The face is too small, covered, turned or not sharp enough to be compared.</source>
        <translation>Tvár je príliš malá, zakrytá, otočená alebo málo ostrá na porovnanie.</translation>
    </message>
    <message>
        <source>This camera can&apos;t be used here</source>
        <translation>Táto kamera sa tu nedá použiť</translation>
    </message>
    <message>
        <source>The camera is made of software. Choose a real one, or allow it in the workflow&apos;s policy.</source>
        <translation>Kamera je softvérová. Vyberte skutočnú alebo ju povoľte v pravidlách pracovného postupu.</translation>
    </message>
    <message>
        <source>We stopped, because nobody was there</source>
        <translation>Skončili sme, lebo tu nikto nebol</translation>
    </message>
    <message>
        <source>You can start again at any time.</source>
        <translation>Kedykoľvek môžete začať znova.</translation>
    </message>
    <message>
        <source>Nobody answered before the time-out of the step.</source>
        <translation>Do vypršania času kroku nikto neodpovedal.</translation>
    </message>
    <message>
        <source>There is no camera</source>
        <translation>Kamera nie je pripojená</translation>
    </message>
    <message>
        <source>We go on by ourselves as soon as it is there. A colleague can help.</source>
        <translation>Len čo bude pripojená, budeme sami pokračovať. Kolega vám môže pomôcť.</translation>
    </message>
    <message>
        <source>Connect the camera, or choose another one in the settings. Run: kiosk doctor</source>
        <translation>Pripojte kameru alebo vyberte inú v nastaveniach. Spustite: kiosk doctor</translation>
    </message>
    <message>
        <source>The camera stopped</source>
        <translation>Kamera sa zastavila</translation>
    </message>
    <message>
        <source>We go on by ourselves as soon as it is back. Nothing is lost.</source>
        <translation>Len čo sa obnoví, budeme sami pokračovať. O nič ste neprišli.</translation>
    </message>
    <message>
        <source>The camera gives no pictures. Check its cable and whether another program uses it.</source>
        <translation>Kamera neposiela obraz. Skontrolujte kábel a či ju nepoužíva iný program.</translation>
    </message>
    <message>
        <source>We can&apos;t save this right now</source>
        <translation>Práve teraz to nevieme uložiť</translation>
    </message>
    <message>
        <source>The disk is full. Free some space, then try again. Run: kiosk doctor</source>
        <translation>Disk je plný. Uvoľnite miesto a skúste to znova. Spustite: kiosk doctor</translation>
    </message>
    <message>
        <source>We can&apos;t open our records</source>
        <translation>Nevieme otvoriť naše záznamy</translation>
    </message>
    <message>
        <source>The database key does not fit. Restore the key that belongs to this database.</source>
        <translation>Kľúč databázy nesedí. Obnovte kľúč, ktorý patrí k tejto databáze.</translation>
    </message>
    <message>
        <source>The database key is missing from the keyring and from the key file. Restore it.</source>
        <translation>Kľúč databázy chýba v systémovej kľúčenke aj v súbore. Obnovte ho.</translation>
    </message>
    <message>
        <source>Our records are damaged</source>
        <translation>Naše záznamy sú poškodené</translation>
    </message>
    <message>
        <source>We can&apos;t continue on this kiosk. A colleague will help you.</source>
        <translation>Na tomto kiosku nemôžeme pokračovať. Kolega vám pomôže.</translation>
    </message>
    <message>
        <source>The database or a picture file is damaged. Keep the files and restore a backup.</source>
        <translation>Databáza alebo súbor so snímkou je poškodený. Súbory ponechajte a obnovte zálohu.</translation>
    </message>
    <message>
        <source>This kiosk needs an update</source>
        <translation>Tento kiosk potrebuje aktualizáciu</translation>
    </message>
    <message>
        <source>The database was made by a newer version. Install that version.</source>
        <translation>Databázu vytvorila novšia verzia. Nainštalujte ju.</translation>
    </message>
    <message>
        <source>The store cannot be reached: check the folder, its rights, and whether another kiosk runs.</source>
        <translation>Úložisko nie je dostupné: skontrolujte priečinok, jeho práva a či nebeží iný kiosk.</translation>
    </message>
    <message>
        <source>A model is not installed. Run: kiosk models install</source>
        <translation>Model nie je nainštalovaný. Spustite: kiosk models install</translation>
    </message>
    <message>
        <source>A model file was changed and is not used. Run: kiosk models install</source>
        <translation>Súbor s modelom bol zmenený a nepoužije sa. Spustite: kiosk models install</translation>
    </message>
    <message>
        <source>A model could not be fetched. Check the network, or run: kiosk models install --from FOLDER</source>
        <translation>Model sa nepodarilo stiahnuť. Skontrolujte sieť alebo spustite: kiosk models install --from PRIEČINOK</translation>
    </message>
    <message>
        <source>The list of models (models/manifest.toml) is wrong. Restore it.</source>
        <translation>Zoznam modelov (models/manifest.toml) je chybný. Obnovte ho.</translation>
    </message>
    <message>
        <source>Something went wrong on our side</source>
        <translation>Na našej strane sa niečo pokazilo</translation>
    </message>
    <message>
        <source>It&apos;s not your fault. Start again, or ask a colleague.</source>
        <translation>Nie je to vaša chyba. Začnite znova alebo zavolajte kolegu.</translation>
    </message>
    <message>
        <source>An unexpected fault. The log holds its code and time.</source>
        <translation>Neočakávaná chyba. Jej kód a čas sú v protokole.</translation>
    </message>
</context>
<context>
    <name>fields</name>
    <message>
        <source>Surname</source>
        <translation>Priezvisko</translation>
    </message>
    <message>
        <source>Given names</source>
        <translation>Meno</translation>
    </message>
    <message>
        <source>Full name</source>
        <translation>Celé meno</translation>
    </message>
    <message>
        <source>Date of birth</source>
        <translation>Dátum narodenia</translation>
    </message>
    <message>
        <source>Sex</source>
        <translation>Pohlavie</translation>
    </message>
    <message>
        <source>Nationality</source>
        <translation>Štátne občianstvo</translation>
    </message>
    <message>
        <source>Personal number</source>
        <translation>Rodné číslo</translation>
    </message>
    <message>
        <source>Place of birth</source>
        <translation>Miesto narodenia</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresa</translation>
    </message>
    <message>
        <source>Document number</source>
        <translation>Číslo dokladu</translation>
    </message>
    <message>
        <source>Date of issue</source>
        <translation>Dátum vydania</translation>
    </message>
    <message>
        <source>Date of expiry</source>
        <translation>Dátum platnosti</translation>
    </message>
    <message>
        <source>Issuing authority</source>
        <translation>Vydávajúci orgán</translation>
    </message>
    <message>
        <source>Issuing state</source>
        <translation>Vydávajúci štát</translation>
    </message>
    <message>
        <source>Male</source>
        <translation>Muž</translation>
    </message>
    <message>
        <source>Female</source>
        <translation>Žena</translation>
    </message>
    <message>
        <source>Unspecified</source>
        <translation>Neuvedené</translation>
    </message>
    <message>
        <source>DD/MM/YYYY</source>
        <translation>DD.MM.RRRR</translation>
    </message>
    <message>
        <source>Write it as day, month, year: {pattern}</source>
        <translation>Zadajte deň, mesiac, rok: {pattern}</translation>
    </message>
    <message>
        <source>The year can&apos;t be that early</source>
        <translation>Rok nemôže byť taký dávny</translation>
    </message>
    <message>
        <source>This day hasn&apos;t come yet</source>
        <translation>Tento deň ešte nenastal</translation>
    </message>
    <message>
        <source>Uncertain</source>
        <translation>Neisté</translation>
    </message>
    <message>
        <source>Typed</source>
        <translation>Zadané ručne</translation>
    </message>
    <message>
        <source>Is this right?</source>
        <translation>Je to správne?</translation>
    </message>
</context>
<context>
    <name>footer</name>
    <message>
        <source>Back</source>
        <translation>Späť</translation>
    </message>
    <message>
        <source>Start over</source>
        <translation>Začať odznova</translation>
    </message>
    <message>
        <source>Ask a colleague</source>
        <translation>Zavolať kolegu</translation>
    </message>
</context>
<context>
    <name>header</name>
    <message>
        <source>Step {number} of {count}: {name}</source>
        <translation>Krok {number} z {count}: {name}</translation>
    </message>
    <message>
        <source>About 1 minute</source>
        <translation>Asi 1 minúta</translation>
    </message>
    <message>
        <source>About {minutes} minutes</source>
        <translation>Asi {minutes} min</translation>
    </message>
</context>
<context>
    <name>headlines</name>
    <message>
        <source>Everything fits. Welcome, {first_name}.</source>
        <translation>Všetko sedí. Vitajte, {first_name}.</translation>
    </message>
    <message>
        <source>Everything fits. Welcome.</source>
        <translation>Všetko sedí. Vitajte.</translation>
    </message>
    <message>
        <source>A colleague will take a look.</source>
        <translation>Pozrie sa na to kolega.</translation>
    </message>
    <message>
        <source>We can&apos;t continue today.</source>
        <translation>Dnes nemôžeme pokračovať.</translation>
    </message>
    <message>
        <source>We can&apos;t continue without your consent.</source>
        <translation>Bez vášho súhlasu nemôžeme pokračovať.</translation>
    </message>
    <message>
        <source>We can&apos;t continue with this document, because it expired on {date}.</source>
        <translation>S týmto dokladom nemôžeme pokračovať, lebo jeho platnosť sa skončila {date}.</translation>
    </message>
    <message>
        <source>We can&apos;t continue with this document, because it has expired.</source>
        <translation>S týmto dokladom nemôžeme pokračovať, lebo jeho platnosť sa skončila.</translation>
    </message>
    <message>
        <source>We can&apos;t continue with this document, because it is of a kind that we can&apos;t use.</source>
        <translation>S týmto dokladom nemôžeme pokračovať, lebo tento druh dokladu nevieme použiť.</translation>
    </message>
    <message>
        <source>We can&apos;t continue with this document, because its check digits don&apos;t match.</source>
        <translation>S týmto dokladom nemôžeme pokračovať, lebo jeho kontrolné číslice nesedia.</translation>
    </message>
    <message>
        <source>We can&apos;t continue, because the selfie doesn&apos;t look like the person on the document.</source>
        <translation>Nemôžeme pokračovať, lebo selfie sa nepodobá na osobu na doklade.</translation>
    </message>
    <message>
        <source>We can&apos;t continue, because we couldn&apos;t confirm that a real person is here.</source>
        <translation>Nemôžeme pokračovať, lebo sa nepodarilo overiť, že je tu skutočný človek.</translation>
    </message>
    <message>
        <source>We can&apos;t continue, because the live check didn&apos;t work.</source>
        <translation>Nemôžeme pokračovať, pretože živá kontrola sa nepodarila.</translation>
    </message>
    <message>
        <source>We can&apos;t continue, because the live check and the selfie show different people.</source>
        <translation>Nemôžeme pokračovať, pretože na živej kontrole a na selfie sú rôzni ľudia.</translation>
    </message>
</context>
<context>
    <name>keyboard</name>
    <message>
        <source>Space</source>
        <translation>Medzera</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Hotovo</translation>
    </message>
    <message>
        <source>Capital letters</source>
        <translation>Veľké písmená</translation>
    </message>
    <message>
        <source>Erase the last character</source>
        <translation>Vymazať posledný znak</translation>
    </message>
</context>
<context>
    <name>language</name>
    <message>
        <source>Continue</source>
        <translation>Pokračovať</translation>
    </message>
    <message>
        <source>Choose your language</source>
        <translation>Vyberte si jazyk</translation>
    </message>
</context>
<context>
    <name>problems</name>
    <message>
        <source>That didn&apos;t work. Try it once more, or ask a colleague.</source>
        <translation>Nepodarilo sa to. Skúste to ešte raz alebo zavolajte kolegu.</translation>
    </message>
    <message>
        <source>That was not the code. Look at the message and type it again.</source>
        <translation>To nebol ten kód. Pozrite sa do správy a zadajte ho znova.</translation>
    </message>
    <message>
        <source>This code is too old. Have another one sent.</source>
        <translation>Tento kód je už starý. Dajte si poslať ďalší.</translation>
    </message>
    <message>
        <source>There is no code any more that counts. Have another one sent.</source>
        <translation>Žiadny kód už neplatí. Dajte si poslať ďalší.</translation>
    </message>
    <message>
        <source>The code was typed wrong too often. Have another one sent.</source>
        <translation>Kód bol zadaný nesprávne príliš veľakrát. Dajte si poslať ďalší.</translation>
    </message>
    <message>
        <source>A code was sent only a moment ago. Wait a little before the next one.</source>
        <translation>Kód bol odoslaný len pred chvíľou. S ďalším chvíľu počkajte.</translation>
    </message>
    <message>
        <source>The code couldn&apos;t be sent. Try again in a moment, or ask a colleague.</source>
        <translation>Kód sa nepodarilo odoslať. Skúste to o chvíľu alebo zavolajte kolegu.</translation>
    </message>
    <message>
        <source>There is no telephone number like this one. Look at it and put it right.</source>
        <translation>Také telefónne číslo neexistuje. Pozrite sa naň a opravte ho.</translation>
    </message>
    <message>
        <source>Today no more codes can be sent to this number. Use another one, or ask a colleague.</source>
        <translation>Na toto číslo už dnes nemožno poslať ďalší kód. Použite iné alebo zavolajte kolegu.</translation>
    </message>
    <message>
        <source>There is no e-mail address like this one. Look at it and put it right.</source>
        <translation>Taká e-mailová adresa neexistuje. Pozrite sa na ňu a opravte ju.</translation>
    </message>
    <message>
        <source>Today no more codes can be sent to this address. Use another one, or ask a colleague.</source>
        <translation>Na túto adresu už dnes nemožno poslať ďalší kód. Použite inú alebo zavolajte kolegu.</translation>
    </message>
    <message>
        <source>This file can&apos;t be opened. Choose another one: JPEG, PNG or PDF.</source>
        <translation>Tento súbor sa nedá otvoriť. Vyberte iný: JPEG, PNG alebo PDF.</translation>
    </message>
    <message>
        <source>This file is too large. Choose a smaller one, or take a picture.</source>
        <translation>Tento súbor je príliš veľký. Vyberte menší alebo stranu odfoťte.</translation>
    </message>
    <message>
        <source>We couldn&apos;t read it. Take a sharper picture in good light, or show another document.</source>
        <translation>Nepodarilo sa to prečítať. Odfoťte to ostrejšie pri dobrom svetle alebo ukážte iný doklad.</translation>
    </message>
    <message>
        <source>This one is too old. Show a newer one.</source>
        <translation>Tento doklad je príliš starý. Ukážte novší.</translation>
    </message>
    <message>
        <source>It has another name than your document. Show one with your own name.</source>
        <translation>Je na ňom iné meno ako na vašom doklade totožnosti. Ukážte taký, na ktorom je vaše meno.</translation>
    </message>
    <message>
        <source>It has another address than the one that we know. Show one with your own address.</source>
        <translation>Je na ňom iná adresa, ako poznáme. Ukážte taký, na ktorom je vaša adresa.</translation>
    </message>
    <message>
        <source>There is nothing to be seen on this page. Turn it round, and take it once more.</source>
        <translation>Na tejto strane nič nevidno. Otočte ju a odfoťte ju ešte raz.</translation>
    </message>
    <message>
        <source>There is no page yet. Take a picture of it first.</source>
        <translation>Zatiaľ tu nie je žiadna strana. Najprv ju odfoťte.</translation>
    </message>
    <message>
        <source>These are more pages than we can take. Choose the ones with name, address and date.</source>
        <translation>Toľko strán nemôžeme prijať. Vyberte tie, na ktorých je meno, adresa a dátum.</translation>
    </message>
    <message>
        <source>This PDF can&apos;t be used: it is locked, damaged or has too many pages. Choose another file, or take a picture.</source>
        <translation>Toto PDF sa nedá použiť: je zamknuté, poškodené alebo má priveľa strán. Vyberte iný súbor alebo stranu odfoťte.</translation>
    </message>
    <message>
        <source>No page came from the scanner. Put the page in and try again, or take a picture.</source>
        <translation>Zo skenera neprišla žiadna strana. Vložte ju a skúste to znova alebo ju odfoťte.</translation>
    </message>
    <message>
        <source>No chip was found on the reader. Lay the document on flat, without its cover.</source>
        <translation>Na čítačke sa nenašiel čip. Položte doklad naplocho a bez obalu.</translation>
    </message>
    <message>
        <source>What we read on your document isn&apos;t enough to open its chip. Go back and take its picture once more.</source>
        <translation>To, čo sme prečítali z dokladu, nestačí na otvorenie čipu. Vráťte sa a odfoťte doklad ešte raz.</translation>
    </message>
    <message>
        <source>The reader doesn&apos;t answer. Try it once more, or ask a colleague.</source>
        <translation>Čítačka neodpovedá. Skúste to ešte raz alebo zavolajte kolegu.</translation>
    </message>
    <message>
        <source>The chip doesn&apos;t open with what we read on your document. Try it once more.</source>
        <translation>Čip sa nedá otvoriť tým, čo sme prečítali z dokladu. Skúste to ešte raz.</translation>
    </message>
</context>
<context>
    <name>proof</name>
    <message>
        <source>Hold the whole page in the frame</source>
        <translation>Držte v ráme celú stranu</translation>
    </message>
    <message>
        <source>Can you read everything?</source>
        <translation>Dá sa všetko prečítať?</translation>
    </message>
    <message>
        <source>Keep this page</source>
        <translation>Ponechať stranu</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Hotovo</translation>
    </message>
    <message>
        <source>Hand it in like this</source>
        <translation>Odovzdať takto</translation>
    </message>
    <message>
        <source>Another page</source>
        <translation>Ďalšia strana</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Teraz nie</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>Vybrať súbor</translation>
    </message>
    <message>
        <source>Pictures and PDF</source>
        <translation>Obrázky a PDF</translation>
    </message>
    <message>
        <source>A proof of your funds</source>
        <translation>Potvrdenie o vašich prostriedkoch</translation>
    </message>
    <message>
        <source>An account statement with your name and the balance, not older than {days} days.</source>
        <translation>Výpis z účtu s vaším menom a zostatkom, nie starší ako {days} dní.</translation>
    </message>
    <message>
        <source>A proof of your address</source>
        <translation>Potvrdenie o vašej adrese</translation>
    </message>
    <message>
        <source>A bill or an account statement with your name and address, not older than {days} days.</source>
        <translation>Faktúra alebo výpis z účtu s vaším menom a adresou, nie starší ako {days} dní.</translation>
    </message>
    <message>
        <source>Lay the page flat in good light, and take one picture of each page.</source>
        <translation>Položte stranu naplocho pri dobrom svetle a odfoťte každú stranu zvlášť.</translation>
    </message>
    <message>
        <source>From the scanner</source>
        <translation>Zo skenera</translation>
    </message>
    <message>
        <source>Or hand it in like this, and a colleague looks at it.</source>
        <translation>Alebo to odovzdajte takto a pozrie sa na to kolega.</translation>
    </message>
    <message>
        <source>Page {number}</source>
        <translation>Strana {number}</translation>
    </message>
    <message>
        <source>Remove page {number}</source>
        <translation>Odstrániť stranu {number}</translation>
    </message>
</context>
<context>
    <name>review</name>
    <message>
        <source>On your document</source>
        <translation>Na doklade</translation>
    </message>
    <message>
        <source>Your selfie</source>
        <translation>Vaša selfie</translation>
    </message>
    <message>
        <source>Touch a value to see where we read it.</source>
        <translation>Dotknite sa hodnoty a ukážeme vám, kde sme ju prečítali.</translation>
    </message>
    <message>
        <source>This one wasn&apos;t read at one place on a page.</source>
        <translation>Táto hodnota nie je prečítaná z jedného miesta na strane.</translation>
    </message>
    <message>
        <source>Everything is right</source>
        <translation>Všetko je správne</translation>
    </message>
    <message>
        <source>Is everything right?</source>
        <translation>Je všetko správne?</translation>
    </message>
    <message>
        <source>What we couldn&apos;t read for certain comes first. Tap anything to change it.</source>
        <translation>Ako prvé je to, čo sme nevedeli spoľahlivo prečítať. Čokoľvek môžete ťuknutím zmeniť.</translation>
    </message>
    <message>
        <source>Tap anything that should be different.</source>
        <translation>Ťuknite na to, čo má byť inak.</translation>
    </message>
</context>
<context>
    <name>sentences</name>
    <message>
        <source>Consent</source>
        <translation>Súhlas</translation>
    </message>
    <message>
        <source>Document pictures</source>
        <translation>Snímky dokladu</translation>
    </message>
    <message>
        <source>Machine-readable lines</source>
        <translation>Strojovo čitateľná zóna</translation>
    </message>
    <message>
        <source>Expiry date</source>
        <translation>Platnosť</translation>
    </message>
    <message>
        <source>Plausible data</source>
        <translation>Zmysluplné údaje</translation>
    </message>
    <message>
        <source>Data agrees</source>
        <translation>Zhoda údajov</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>Čítanie</translation>
    </message>
    <message>
        <source>Selfie</source>
        <translation>Selfie</translation>
    </message>
    <message>
        <source>Same person</source>
        <translation>Tá istá osoba</translation>
    </message>
    <message>
        <source>Real person</source>
        <translation>Skutočná osoba</translation>
    </message>
    <message>
        <source>Quick live check</source>
        <translation>Rýchla živá kontrola</translation>
    </message>
    <message>
        <source>Same person throughout</source>
        <translation>Po celý čas tá istá osoba</translation>
    </message>
    <message>
        <source>Pictures from this camera</source>
        <translation>Snímky z tejto kamery</translation>
    </message>
    <message>
        <source>Light of the screen</source>
        <translation>Svetlo obrazovky</translation>
    </message>
    <message>
        <source>Onboarded before</source>
        <translation>Predchádzajúce prijatie</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>Vek</translation>
    </message>
    <message>
        <source>Sex and appearance</source>
        <translation>Pohlavie a vzhľad</translation>
    </message>
    <message>
        <source>Lists</source>
        <translation>Zoznamy</translation>
    </message>
    <message>
        <source>Proof of address</source>
        <translation>Doklad o adrese</translation>
    </message>
    <message>
        <source>Proof of funds</source>
        <translation>Doklad o finančných prostriedkoch</translation>
    </message>
    <message>
        <source>Telephone number</source>
        <translation>Telefónne číslo</translation>
    </message>
    <message>
        <source>E-mail address</source>
        <translation>E-mailová adresa</translation>
    </message>
    <message>
        <source>Chip</source>
        <translation>Čip</translation>
    </message>
    <message>
        <source>Changed by hand</source>
        <translation>Zmenené ručne</translation>
    </message>
    <message>
        <source>Not from a screen</source>
        <translation>Nie z obrazovky</translation>
    </message>
    <message>
        <source>Not a printed copy</source>
        <translation>Nie tlačená kópia</translation>
    </message>
    <message>
        <source>In colour</source>
        <translation>Vo farbe</translation>
    </message>
    <message>
        <source>Usual colours</source>
        <translation>Obvyklé farby</translation>
    </message>
    <message>
        <source>Portrait as issued</source>
        <translation>Pôvodná fotografia</translation>
    </message>
    <message>
        <source>Text as issued</source>
        <translation>Pôvodný text</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>Doklad</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>Osoba</translation>
    </message>
    <message>
        <source>Live presence</source>
        <translation>Živá prítomnosť</translation>
    </message>
    <message>
        <source>Address and contact</source>
        <translation>Adresa a kontakt</translation>
    </message>
    <message>
        <source>Passed</source>
        <translation>V poriadku</translation>
    </message>
    <message>
        <source>Take a look</source>
        <translation>Treba pozrieť</translation>
    </message>
    <message>
        <source>Not passed</source>
        <translation>Neprešlo</translation>
    </message>
    <message>
        <source>Not checked</source>
        <translation>Neoverené</translation>
    </message>
    <message>
        <source>Consent was given.</source>
        <translation>Súhlas bol udelený.</translation>
    </message>
    <message>
        <source>Consent was not given, so nothing was checked.</source>
        <translation>Súhlas nebol udelený, preto sa nič neoverovalo.</translation>
    </message>
    <message>
        <source>Consent has not been asked for.</source>
        <translation>Súhlas ešte nebol vyžiadaný.</translation>
    </message>
    <message>
        <source>The pictures of the document are whole and clear.</source>
        <translation>Snímky dokladu sú úplné a jasné.</translation>
    </message>
    <message>
        <source>The back of the document is missing.</source>
        <translation>Chýba zadná strana dokladu.</translation>
    </message>
    <message>
        <source>The front of the document is missing.</source>
        <translation>Chýba predná strana dokladu.</translation>
    </message>
    <message>
        <source>The pictures show pages of different documents.</source>
        <translation>Snímky ukazujú strany rôznych dokladov.</translation>
    </message>
    <message>
        <source>A picture of the document is not clear enough to be sure.</source>
        <translation>Snímka dokladu nie je dosť jasná na to, aby sme si boli istí.</translation>
    </message>
    <message>
        <source>This does not look like a document that can be used here.</source>
        <translation>Nevyzerá to ako doklad, ktorý sa tu dá použiť.</translation>
    </message>
    <message>
        <source>There is no picture of a document.</source>
        <translation>Chýba snímka dokladu.</translation>
    </message>
    <message>
        <source>Every check digit is right.</source>
        <translation>Všetky kontrolné číslice sú správne.</translation>
    </message>
    <message>
        <source>A check digit does not match: {fields}.</source>
        <translation>Kontrolná číslica nesedí: {fields}.</translation>
    </message>
    <message>
        <source>A check digit does not match: {field}.</source>
        <translation>Kontrolná číslica nesedí: {field}.</translation>
    </message>
    <message>
        <source>A check digit does not match.</source>
        <translation>Kontrolná číslica nesedí.</translation>
    </message>
    <message>
        <source>Every check digit is right after a misread character was put right.</source>
        <translation>Po oprave nesprávne prečítaného znaku sú všetky kontrolné číslice správne.</translation>
    </message>
    <message>
        <source>The machine-readable lines could not be read.</source>
        <translation>Strojovo čitateľnú zónu sa nepodarilo prečítať.</translation>
    </message>
    <message>
        <source>Not checked, because no machine-readable lines were seen.</source>
        <translation>Neoverené, lebo nebolo vidieť strojovo čitateľnú zónu.</translation>
    </message>
    <message>
        <source>This document has no machine-readable lines.</source>
        <translation>Tento doklad nemá strojovo čitateľnú zónu.</translation>
    </message>
    <message>
        <source>The machine-readable lines are on the back, which is missing.</source>
        <translation>Strojovo čitateľná zóna je na zadnej strane, ktorá chýba.</translation>
    </message>
    <message>
        <source>The document is valid until {date}.</source>
        <translation>Doklad platí do {date}.</translation>
    </message>
    <message>
        <source>The document has not expired.</source>
        <translation>Platnosť dokladu trvá.</translation>
    </message>
    <message>
        <source>The document expired on {date}.</source>
        <translation>Platnosť dokladu sa skončila {date}.</translation>
    </message>
    <message>
        <source>The document has expired.</source>
        <translation>Platnosť dokladu sa skončila.</translation>
    </message>
    <message>
        <source>This document has no expiry date.</source>
        <translation>Tento doklad nemá dátum platnosti.</translation>
    </message>
    <message>
        <source>The expiry date could not be read.</source>
        <translation>Dátum platnosti sa nepodarilo prečítať.</translation>
    </message>
    <message>
        <source>The expiry date could not be read for certain.</source>
        <translation>Dátum platnosti sa nepodarilo spoľahlivo prečítať.</translation>
    </message>
    <message>
        <source>Dates, age and countries make sense.</source>
        <translation>Dátumy, vek a krajiny dávajú zmysel.</translation>
    </message>
    <message>
        <source>Something does not make sense: {fields}.</source>
        <translation>Niečo nedáva zmysel: {fields}.</translation>
    </message>
    <message>
        <source>Something does not make sense: {field}.</source>
        <translation>Niečo nedáva zmysel: {field}.</translation>
    </message>
    <message>
        <source>A date, the age or a country does not make sense.</source>
        <translation>Dátum, vek alebo krajina nedáva zmysel.</translation>
    </message>
    <message>
        <source>Not checked, because this could not be read: {fields}.</source>
        <translation>Neoverené, lebo sa nepodarilo prečítať: {fields}.</translation>
    </message>
    <message>
        <source>There are no dates or countries to look at.</source>
        <translation>Nie sú žiadne dátumy ani krajiny na posúdenie.</translation>
    </message>
    <message>
        <source>The same data stands everywhere on the document.</source>
        <translation>Na celom doklade sú rovnaké údaje.</translation>
    </message>
    <message>
        <source>The document says two different things: {fields}.</source>
        <translation>Doklad uvádza dva rôzne údaje: {fields}.</translation>
    </message>
    <message>
        <source>The document says two different things: {field}.</source>
        <translation>Doklad uvádza dva rôzne údaje: {field}.</translation>
    </message>
    <message>
        <source>The document says two different things in two places.</source>
        <translation>Doklad uvádza na dvoch miestach rôzne údaje.</translation>
    </message>
    <message>
        <source>The data was read in one place only, so there is nothing to compare.</source>
        <translation>Údaje sa prečítali len na jednom mieste, preto ich nie je s čím porovnať.</translation>
    </message>
    <message>
        <source>This document holds its data in one place only.</source>
        <translation>Tento doklad má údaje len na jednom mieste.</translation>
    </message>
    <message>
        <source>Everything was read clearly.</source>
        <translation>Všetko sa prečítalo jasne.</translation>
    </message>
    <message>
        <source>Not read for certain: {fields}.</source>
        <translation>Neprečítané spoľahlivo: {fields}.</translation>
    </message>
    <message>
        <source>Not read for certain: {field}.</source>
        <translation>Neprečítané spoľahlivo: {field}.</translation>
    </message>
    <message>
        <source>Some of the text was not read for certain.</source>
        <translation>Časť textu sa nepodarilo spoľahlivo prečítať.</translation>
    </message>
    <message>
        <source>No text could be read.</source>
        <translation>Nepodarilo sa prečítať žiadny text.</translation>
    </message>
    <message>
        <source>Nothing was changed by hand.</source>
        <translation>Nič sa nezmenilo ručne.</translation>
    </message>
    <message>
        <source>Changed by hand: {fields}.</source>
        <translation>Zmenené ručne: {fields}.</translation>
    </message>
    <message>
        <source>Changed by hand: {field}.</source>
        <translation>Zmenené ručne: {field}.</translation>
    </message>
    <message>
        <source>Something that was read was changed by hand.</source>
        <translation>Niečo z prečítaného sa zmenilo ručne.</translation>
    </message>
    <message>
        <source>No sign of a screen was seen.</source>
        <translation>Nevidno žiadnu známku obrazovky.</translation>
    </message>
    <message>
        <source>The picture has a fine pattern as screens have. A look at the document itself settles it.</source>
        <translation>Na snímke je jemná mriežka, akú majú obrazovky. Stačí pohľad na samotný doklad.</translation>
    </message>
    <message>
        <source>No sign of a printed copy was seen.</source>
        <translation>Nevidno žiadnu známku tlačenej kópie.</translation>
    </message>
    <message>
        <source>The picture has fine dots as printers make them. A look at the document itself settles it.</source>
        <translation>Na snímke sú jemné bodky, aké robia tlačiarne. Stačí pohľad na samotný doklad.</translation>
    </message>
    <message>
        <source>The document is in colour.</source>
        <translation>Doklad je farebný.</translation>
    </message>
    <message>
        <source>The picture of the document has no colour. A look at the document itself settles it.</source>
        <translation>Snímka dokladu nemá farby. Stačí pohľad na samotný doklad.</translation>
    </message>
    <message>
        <source>The colours are those of this kind of document.</source>
        <translation>Farby zodpovedajú tomuto druhu dokladu.</translation>
    </message>
    <message>
        <source>The colours are not those of this kind of document. The light may be the reason.</source>
        <translation>Farby nezodpovedajú tomuto druhu dokladu. Dôvodom môže byť osvetlenie.</translation>
    </message>
    <message>
        <source>Not checked, because the colours of this kind of document are not known here.</source>
        <translation>Neoverené, lebo farby tohto druhu dokladu tu nie sú známe.</translation>
    </message>
    <message>
        <source>Nothing about the portrait stands out.</source>
        <translation>Na fotografii nie je nič nápadné.</translation>
    </message>
    <message>
        <source>The portrait is smoother than the rest of the page. A look at the document itself settles it.</source>
        <translation>Fotografia je hladšia než zvyšok stránky. Stačí pohľad na samotný doklad.</translation>
    </message>
    <message>
        <source>Not checked, because no portrait was found.</source>
        <translation>Neoverené, lebo sa nenašla fotografia.</translation>
    </message>
    <message>
        <source>Nothing about the text stands out.</source>
        <translation>Na texte nie je nič nápadné.</translation>
    </message>
    <message>
        <source>Print that is crisper than the rest: {fields}. A look at the document itself settles it.</source>
        <translation>Ostrejšie vytlačené než ostatné: {fields}. Stačí pohľad na samotný doklad.</translation>
    </message>
    <message>
        <source>Some print is crisper than the rest. A look at the document itself settles it.</source>
        <translation>Niečo je vytlačené ostrejšie než ostatné. Stačí pohľad na samotný doklad.</translation>
    </message>
    <message>
        <source>Not checked, because there is too little text to compare.</source>
        <translation>Neoverené, lebo na porovnanie je málo textu.</translation>
    </message>
    <message>
        <source>The selfie is clear.</source>
        <translation>Selfie je jasná.</translation>
    </message>
    <message>
        <source>The selfie is not clear enough to be sure.</source>
        <translation>Selfie nie je dosť jasná na to, aby sme si boli istí.</translation>
    </message>
    <message>
        <source>There is no face in the selfie.</source>
        <translation>Na selfie nie je tvár.</translation>
    </message>
    <message>
        <source>There is more than one face in the selfie.</source>
        <translation>Na selfie je viac tvárí.</translation>
    </message>
    <message>
        <source>There is no selfie.</source>
        <translation>Chýba selfie.</translation>
    </message>
    <message>
        <source>The selfie shows the person on the document.</source>
        <translation>Na selfie je osoba z dokladu.</translation>
    </message>
    <message>
        <source>The selfie does not look like the person on the document.</source>
        <translation>Selfie sa nepodobá na osobu na doklade.</translation>
    </message>
    <message>
        <source>It is not certain that the selfie shows the person on the document.</source>
        <translation>Nie je isté, že na selfie je osoba z dokladu.</translation>
    </message>
    <message>
        <source>There was no face to compare.</source>
        <translation>Nebolo s čím porovnať tvár.</translation>
    </message>
    <message>
        <source>There was more than one face to compare.</source>
        <translation>Na porovnanie bolo viac tvárí.</translation>
    </message>
    <message>
        <source>The pictures are not clear enough to compare the faces.</source>
        <translation>Snímky nie sú dosť jasné na porovnanie tvárí.</translation>
    </message>
    <message>
        <source>The faces were not compared, because the portrait or the selfie is missing.</source>
        <translation>Tváre sa neporovnali, lebo chýba fotografia z dokladu alebo selfie.</translation>
    </message>
    <message>
        <source>The selfie shows a real person.</source>
        <translation>Na selfie je skutočný človek.</translation>
    </message>
    <message>
        <source>The selfie may show a picture or a screen and not a real person.</source>
        <translation>Na selfie môže byť fotografia alebo obrazovka, nie skutočný človek.</translation>
    </message>
    <message>
        <source>It is not certain that the selfie shows a real person.</source>
        <translation>Nie je isté, že na selfie je skutočný človek.</translation>
    </message>
    <message>
        <source>Not checked, because the model for it is not installed.</source>
        <translation>Neoverené, lebo potrebný model nie je nainštalovaný.</translation>
    </message>
    <message>
        <source>Not checked, because there is no selfie.</source>
        <translation>Neoverené, lebo chýba selfie.</translation>
    </message>
    <message>
        <source>The live check was done as asked.</source>
        <translation>Živá kontrola prebehla tak, ako mala.</translation>
    </message>
    <message>
        <source>What was asked for before the camera was not done.</source>
        <translation>Pred kamerou sa nestalo to, o čo sme požiadali.</translation>
    </message>
    <message>
        <source>The live check took too long.</source>
        <translation>Živá kontrola trvala príliš dlho.</translation>
    </message>
    <message>
        <source>Someone else than in the selfie did the live check.</source>
        <translation>Živú kontrolu robil niekto iný ako na selfie.</translation>
    </message>
    <message>
        <source>The face left the picture during the live check.</source>
        <translation>Tvár počas živej kontroly opustila obraz.</translation>
    </message>
    <message>
        <source>The live check was not one unbroken movement.</source>
        <translation>Živá kontrola nebola jeden neprerušený pohyb.</translation>
    </message>
    <message>
        <source>The live check was done faster or slower than people do it.</source>
        <translation>Živá kontrola bola rýchlejšia alebo pomalšia, než ju robia ľudia.</translation>
    </message>
    <message>
        <source>The face moved like a flat picture.</source>
        <translation>Tvár sa pohybovala ako plochý obrázok.</translation>
    </message>
    <message>
        <source>No face was seen during the live check.</source>
        <translation>Počas živej kontroly nebolo vidieť nijakú tvár.</translation>
    </message>
    <message>
        <source>More than one face was seen during the live check.</source>
        <translation>Počas živej kontroly bolo vidieť viac tvárí.</translation>
    </message>
    <message>
        <source>Not checked, because it needs a live camera.</source>
        <translation>Neoverené, lebo je na to potrebná živá kamera.</translation>
    </message>
    <message>
        <source>Selfie and live check show the same person.</source>
        <translation>Na selfie a pri živej kontrole je tá istá osoba.</translation>
    </message>
    <message>
        <source>Selfie and live check do not look like the same person.</source>
        <translation>Na selfie a pri živej kontrole nevyzerá byť tá istá osoba.</translation>
    </message>
    <message>
        <source>It is not certain that selfie and live check show the same person.</source>
        <translation>Nie je isté, že na selfie a pri živej kontrole je tá istá osoba.</translation>
    </message>
    <message>
        <source>Not compared, because there is no selfie or no live check.</source>
        <translation>Neporovnané, pretože chýba selfie alebo živá kontrola.</translation>
    </message>
    <message>
        <source>The pictures come from this device and were not changed.</source>
        <translation>Snímky sú z tohto zariadenia a nikto ich nezmenil.</translation>
    </message>
    <message>
        <source>The recording of the live check was changed, is too old or belongs to something else.</source>
        <translation>Nahrávka živej kontroly bola zmenená, je príliš stará alebo patrí k niečomu inému.</translation>
    </message>
    <message>
        <source>The pictures come from a camera made of software.</source>
        <translation>Snímky sú zo softvérovej kamery.</translation>
    </message>
    <message>
        <source>Not checked, because there is no recording of a live check.</source>
        <translation>Neoverené, pretože niet nahrávky živej kontroly.</translation>
    </message>
    <message>
        <source>The face took on the light of the screen.</source>
        <translation>Tvár odrážala svetlo obrazovky.</translation>
    </message>
    <message>
        <source>The face did not take on the light of the screen. Strong light in the room may be the reason.</source>
        <translation>Tvár neodrážala svetlo obrazovky. Dôvodom môže byť silné svetlo v miestnosti.</translation>
    </message>
    <message>
        <source>Not checked, because the screen showed no colours.</source>
        <translation>Neoverené, pretože obrazovka neukazovala farby.</translation>
    </message>
    <message>
        <source>Not judged, because the light in the room was too strong.</source>
        <translation>Neposúdené, pretože svetlo v miestnosti bolo príliš silné.</translation>
    </message>
    <message>
        <source>Nobody with this face was onboarded here before.</source>
        <translation>S touto tvárou tu ešte nikto prijatý nebol.</translation>
    </message>
    <message>
        <source>Someone with a very similar face was onboarded here before, with other data.</source>
        <translation>Niekto s veľmi podobnou tvárou tu už bol prijatý, s inými údajmi.</translation>
    </message>
    <message>
        <source>This person was onboarded here before, with the same data.</source>
        <translation>Táto osoba tu už bola prijatá, s rovnakými údajmi.</translation>
    </message>
    <message>
        <source>Not checked, because the selfie is not clear enough.</source>
        <translation>Neoverené, pretože selfie nie je dosť zreteľné.</translation>
    </message>
    <message>
        <source>The apparent age fits the document.</source>
        <translation>Zdanlivý vek sedí s dokladom.</translation>
    </message>
    <message>
        <source>The apparent age does not fit the document. Such estimates are often wrong; a look settles it.</source>
        <translation>Zdanlivý vek nesedí s dokladom. Takéto odhady sú často nesprávne; stačí sa pozrieť.</translation>
    </message>
    <message>
        <source>Not checked, because the date of birth or the picture is missing.</source>
        <translation>Neoverené, pretože chýba dátum narodenia alebo snímka.</translation>
    </message>
    <message>
        <source>The appearance fits the document.</source>
        <translation>Vzhľad sedí s dokladom.</translation>
    </message>
    <message>
        <source>The appearance may not fit the document. Such estimates are often wrong; a look settles it.</source>
        <translation>Vzhľad možno nesedí s dokladom. Takéto odhady sú často nesprávne; stačí sa pozrieť.</translation>
    </message>
    <message>
        <source>Not checked, because the document gives no sex or the picture is missing.</source>
        <translation>Neoverené, pretože doklad neuvádza pohlavie alebo chýba snímka.</translation>
    </message>
    <message>
        <source>The name is on none of the lists.</source>
        <translation>Meno nie je na žiadnom zo zoznamov.</translation>
    </message>
    <message>
        <source>A name like this is on a list. A colleague looks whether it is the same person.</source>
        <translation>Podobné meno je na zozname. Kolega overí, či ide o tú istú osobu.</translation>
    </message>
    <message>
        <source>A name like this is on a list; a colleague found that it is somebody else.</source>
        <translation>Podobné meno je na zozname; kolega zistil, že ide o niekoho iného.</translation>
    </message>
    <message>
        <source>A colleague confirmed that this person is on a list.</source>
        <translation>Kolega potvrdil, že táto osoba je na zozname.</translation>
    </message>
    <message>
        <source>Not checked, because no list is installed.</source>
        <translation>Neoverené, pretože nie je nainštalovaný nijaký zoznam.</translation>
    </message>
    <message>
        <source>The lists are too old to rely on.</source>
        <translation>Zoznamy sú príliš staré na to, aby sa na ne dalo spoľahnúť.</translation>
    </message>
    <message>
        <source>Not checked, because the name is not known.</source>
        <translation>Neoverené, pretože meno nie je známe.</translation>
    </message>
    <message>
        <source>The proof of address fits the customer and is recent.</source>
        <translation>Doklad o adrese patrí zákazníkovi a je aktuálny.</translation>
    </message>
    <message>
        <source>The proof of address is too old.</source>
        <translation>Doklad o adrese je príliš starý.</translation>
    </message>
    <message>
        <source>The proof of address names somebody else.</source>
        <translation>Doklad o adrese je na niekoho iného.</translation>
    </message>
    <message>
        <source>The proof of address gives another address than the document.</source>
        <translation>Doklad o adrese uvádza inú adresu ako doklad totožnosti.</translation>
    </message>
    <message>
        <source>The proof of address could not be read for certain.</source>
        <translation>Doklad o adrese sa nedal s istotou prečítať.</translation>
    </message>
    <message>
        <source>There is no proof of address.</source>
        <translation>Doklad o adrese chýba.</translation>
    </message>
    <message>
        <source>The proof of funds fits the customer and is recent.</source>
        <translation>Doklad o finančných prostriedkoch patrí zákazníkovi a je aktuálny.</translation>
    </message>
    <message>
        <source>The proof of funds is too old.</source>
        <translation>Doklad o finančných prostriedkoch je príliš starý.</translation>
    </message>
    <message>
        <source>The proof of funds names somebody else.</source>
        <translation>Doklad o finančných prostriedkoch je na niekoho iného.</translation>
    </message>
    <message>
        <source>The proof of funds could not be read for certain.</source>
        <translation>Doklad o finančných prostriedkoch sa nedal s istotou prečítať.</translation>
    </message>
    <message>
        <source>There is no proof of funds.</source>
        <translation>Doklad o finančných prostriedkoch chýba.</translation>
    </message>
    <message>
        <source>The telephone number was confirmed by a code.</source>
        <translation>Telefónne číslo bolo potvrdené kódom.</translation>
    </message>
    <message>
        <source>The telephone number was not confirmed.</source>
        <translation>Telefónne číslo nebolo potvrdené.</translation>
    </message>
    <message>
        <source>The e-mail address was confirmed by a code.</source>
        <translation>E-mailová adresa bola potvrdená kódom.</translation>
    </message>
    <message>
        <source>The e-mail address was not confirmed.</source>
        <translation>E-mailová adresa nebola potvrdená.</translation>
    </message>
    <message>
        <source>The chip of the document was read. Whether it is genuine was not checked.</source>
        <translation>Čip dokladu bol prečítaný. Či je pravý, sa neoverovalo.</translation>
    </message>
    <message>
        <source>The chip of the document was not read.</source>
        <translation>Čip dokladu nebol prečítaný.</translation>
    </message>
    <message>
        <source>Not checked, because something that it needs is missing.</source>
        <translation>Neoverené, lebo chýba niečo, čo je na to potrebné.</translation>
    </message>
    <message>
        <source>Not checked, because an earlier check did not pass.</source>
        <translation>Neoverené, lebo neprešla skoršia kontrola.</translation>
    </message>
    <message>
        <source>Not needed for this document.</source>
        <translation>Pri tomto doklade to netreba.</translation>
    </message>
    <message>
        <source>Not checked, because of a technical fault.</source>
        <translation>Neoverené pre technickú chybu.</translation>
    </message>
    <message>
        <source>Not checked, because consent was not given.</source>
        <translation>Neoverené, lebo nebol udelený súhlas.</translation>
    </message>
    <message>
        <source>The picture is not clear enough to be sure.</source>
        <translation>Snímka nie je dosť jasná na to, aby sme si boli istí.</translation>
    </message>
    <message>
        <source>A misread character was put right.</source>
        <translation>Nesprávne prečítaný znak bol opravený.</translation>
    </message>
    <message>
        <source>Something stands out. A look at the document itself settles it.</source>
        <translation>Niečo je nápadné. Stačí pohľad na samotný doklad.</translation>
    </message>
    <message>
        <source>Not checked, because the document is too small in the picture.</source>
        <translation>Neoverené, lebo doklad je na snímke príliš malý.</translation>
    </message>
    <message>
        <source>Not judged, because what could be measured does not tell.</source>
        <translation>Neposúdené, lebo z toho, čo sa dalo zmerať, to nevyplýva.</translation>
    </message>
    <message>
        <source>Not checked, because this kind of document is not known well enough here.</source>
        <translation>Neoverené, lebo tento druh dokladu tu nie je dosť známy.</translation>
    </message>
    <message>
        <source>No face was found.</source>
        <translation>Nenašla sa žiadna tvár.</translation>
    </message>
    <message>
        <source>More than one face was found.</source>
        <translation>Našlo sa viac tvárí.</translation>
    </message>
    <message>
        <source>The result is below what is needed.</source>
        <translation>Výsledok je nižší, než je potrebné.</translation>
    </message>
    <message>
        <source>The result is too close to the limit to be sure.</source>
        <translation>Výsledok je príliš blízko hranice na to, aby sme si boli istí.</translation>
    </message>
    <message>
        <source>What was asked for was not done.</source>
        <translation>Požadovaný úkon sa nevykonal.</translation>
    </message>
    <message>
        <source>This is not the same person.</source>
        <translation>Nie je to tá istá osoba.</translation>
    </message>
    <message>
        <source>Not done: the customer chose the way without comparing faces.</source>
        <translation>Nevykonané: zákazník si vybral postup bez porovnania tváre.</translation>
    </message>
    <message>
        <source>This was seen here before, with other data.</source>
        <translation>Toto sa tu už objavilo, s inými údajmi.</translation>
    </message>
    <message>
        <source>This was seen here before, with the same data.</source>
        <translation>Toto sa tu už objavilo, s rovnakými údajmi.</translation>
    </message>
    <message>
        <source>It took too long.</source>
        <translation>Trvalo to príliš dlho.</translation>
    </message>
    <message>
        <source>The face left the picture.</source>
        <translation>Tvár opustila obraz.</translation>
    </message>
    <message>
        <source>The pictures are not one unbroken sequence.</source>
        <translation>Snímky nie sú jeden neprerušený sled.</translation>
    </message>
    <message>
        <source>The camera stopped giving pictures.</source>
        <translation>Kamera prestala dávať snímky.</translation>
    </message>
    <message>
        <source>The camera gave the same picture again and again.</source>
        <translation>Kamera dávala stále tú istú snímku.</translation>
    </message>
    <message>
        <source>The pictures changed their size on the way.</source>
        <translation>Snímky počas toho zmenili veľkosť.</translation>
    </message>
    <message>
        <source>The times of the pictures cannot be right.</source>
        <translation>Časy snímok nemôžu byť správne.</translation>
    </message>
    <message>
        <source>It was done faster or slower than people do it.</source>
        <translation>Bolo to rýchlejšie alebo pomalšie, než to robia ľudia.</translation>
    </message>
    <message>
        <source>The recording was changed, is too old or belongs to something else.</source>
        <translation>Nahrávka bola zmenená, je príliš stará alebo patrí k niečomu inému.</translation>
    </message>
    <message>
        <source>Something like this is on a list.</source>
        <translation>Niečo podobné je na zozname.</translation>
    </message>
    <message>
        <source>A colleague looked and found nothing against it.</source>
        <translation>Kolega to pozrel a nenašiel nič, čo by tomu bránilo.</translation>
    </message>
    <message>
        <source>A colleague confirmed it.</source>
        <translation>Kolega to potvrdil.</translation>
    </message>
    <message>
        <source>The list is too old to rely on.</source>
        <translation>Zoznam je príliš starý na to, aby sa naň dalo spoľahnúť.</translation>
    </message>
    <message>
        <source>It is too old.</source>
        <translation>Je to príliš staré.</translation>
    </message>
    <message>
        <source>It names somebody else.</source>
        <translation>Je to na niekoho iného.</translation>
    </message>
    <message>
        <source>It gives another address.</source>
        <translation>Uvádza inú adresu.</translation>
    </message>
    <message>
        <source>The code was wrong.</source>
        <translation>Kód bol nesprávny.</translation>
    </message>
    <message>
        <source>The code had expired.</source>
        <translation>Platnosť kódu uplynula.</translation>
    </message>
    <message>
        <source>A wrong code was given too often.</source>
        <translation>Nesprávny kód bol zadaný príliš veľakrát.</translation>
    </message>
    <message>
        <source>Not checked, because the code could not be sent.</source>
        <translation>Neoverené, pretože kód sa nepodarilo poslať.</translation>
    </message>
    <message>
        <source>Left out; this is allowed here.</source>
        <translation>Vynechané; tu je to dovolené.</translation>
    </message>
    <message>
        <source>Only tried out: the code was shown on this machine, so nothing is proven.</source>
        <translation>Len skúšobne: kód sa zobrazil na tomto zariadení, nič teda nedokazuje.</translation>
    </message>
    <message>
        <source>Not checked, because the device for it is not connected.</source>
        <translation>Neoverené, lebo potrebné zariadenie nie je pripojené.</translation>
    </message>
    <message>
        <source>This is in order.</source>
        <translation>Toto je v poriadku.</translation>
    </message>
    <message>
        <source>Someone should take a look at this.</source>
        <translation>Niekto by sa na to mal pozrieť.</translation>
    </message>
    <message>
        <source>This check did not pass.</source>
        <translation>Táto kontrola neprešla.</translation>
    </message>
    <message>
        <source>This was not checked.</source>
        <translation>Toto sa neoverovalo.</translation>
    </message>
    <message>
        <source>A colleague will look at this with you.</source>
        <translation>Pozrie sa na to s vami kolega.</translation>
    </message>
    <message>
        <source>Not needed</source>
        <translation>Netreba</translation>
    </message>
</context>
<context>
    <name>sorry</name>
    <message>
        <source>Start again</source>
        <translation>Začať znova</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Skúsiť znova</translation>
    </message>
    <message>
        <source>What you confirmed is saved.</source>
        <translation>Čo ste potvrdili, je uložené.</translation>
    </message>
    <message>
        <source>Your data and pictures were not kept.</source>
        <translation>Vaše údaje ani snímky sme si nenechali.</translation>
    </message>
    <message>
        <source>For staff: {advice} ({code})</source>
        <translation>Pre personál: {advice} ({code})</translation>
    </message>
</context>
<context>
    <name>sources</name>
    <message>
        <source>Page</source>
        <translation>Doklad</translation>
    </message>
    <message>
        <source>Code lines</source>
        <translation>Kódové riadky</translation>
    </message>
    <message>
        <source>Barcode</source>
        <translation>Čiarový kód</translation>
    </message>
    <message>
        <source>Chip</source>
        <translation>Čip</translation>
    </message>
    <message>
        <source>Typed</source>
        <translation>Zadané ručne</translation>
    </message>
</context>
<context>
    <name>steps</name>
    <message>
        <source>Document</source>
        <translation>Doklad</translation>
    </message>
    <message>
        <source>Selfie</source>
        <translation>Selfie</translation>
    </message>
    <message>
        <source>Quick check</source>
        <translation>Overenie</translation>
    </message>
    <message>
        <source>Contact</source>
        <translation>Kontakt</translation>
    </message>
    <message>
        <source>Proof</source>
        <translation>Potvrdenie</translation>
    </message>
    <message>
        <source>Chip</source>
        <translation>Čip</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Kontrola</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Výsledok</translation>
    </message>
</context>
<context>
    <name>veils</name>
    <message>
        <source>Start over?</source>
        <translation>Začať odznova?</translation>
    </message>
    <message>
        <source>Everything that you&apos;ve shown us so far will be erased.</source>
        <translation>Všetko, čo ste nám doteraz ukázali, sa vymaže.</translation>
    </message>
    <message>
        <source>Erase and start over</source>
        <translation>Vymazať a začať znova</translation>
    </message>
    <message>
        <source>Keep going</source>
        <translation>Pokračovať</translation>
    </message>
    <message>
        <source>A colleague has been called</source>
        <translation>Zavolali sme kolegu</translation>
    </message>
    <message>
        <source>You can go on in the meantime.</source>
        <translation>Zatiaľ môžete pokračovať.</translation>
    </message>
    <message>
        <source>OK</source>
        <translation>OK</translation>
    </message>
    <message>
        <source>Are you still there?</source>
        <translation>Ste ešte tu?</translation>
    </message>
    <message>
        <source>Otherwise we&apos;ll stop, so that nobody else sees your data.</source>
        <translation>Inak skončíme, aby vaše údaje nevidel nikto iný.</translation>
    </message>
    <message>
        <source>I&apos;m still here</source>
        <translation>Som tu</translation>
    </message>
    <message>
        <source>For staff: {advice} ({code})</source>
        <translation>Pre personál: {advice} ({code})</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Zavrieť túto správu</translation>
    </message>
</context>
<context>
    <name>warnings</name>
    <message>
        <source>The picture is very bright.</source>
        <translation>Snímka je veľmi svetlá.</translation>
    </message>
    <message>
        <source>The picture is rather dark.</source>
        <translation>Snímka je dosť tmavá.</translation>
    </message>
    <message>
        <source>There is a shine on the document.</source>
        <translation>Na doklade je odlesk.</translation>
    </message>
    <message>
        <source>The picture is not quite sharp.</source>
        <translation>Snímka nie je celkom ostrá.</translation>
    </message>
    <message>
        <source>The document is small in the picture.</source>
        <translation>Doklad je na snímke malý.</translation>
    </message>
    <message>
        <source>A part of the document is outside the picture.</source>
        <translation>Časť dokladu je mimo snímky.</translation>
    </message>
    <message>
        <source>The document is very close to the edge of the picture.</source>
        <translation>Doklad je veľmi blízko okraja snímky.</translation>
    </message>
</context>
<context>
    <name>welcome</name>
    <message>
        <source>Start</source>
        <translation>Začať</translation>
    </message>
    <message>
        <source>Welcome. Let&apos;s get you set up.</source>
        <translation>Vitajte. Poďme na to.</translation>
    </message>
    <message>
        <source>It takes about three minutes. Have your identity card or passport ready.</source>
        <translation>Trvá to asi tri minúty. Pripravte si občiansky preukaz alebo pas.</translation>
    </message>
    <message>
        <source>Show your document</source>
        <translation>Ukážte doklad</translation>
    </message>
    <message>
        <source>Take a selfie</source>
        <translation>Urobte selfie</translation>
    </message>
    <message>
        <source>Look over your data and you&apos;re done</source>
        <translation>Skontrolujte údaje a je hotovo</translation>
    </message>
</context>
</TS>
