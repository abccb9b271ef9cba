// The shop's page and language come from the query, and are set before the chat's script asks for them.
(() => {
  const TEXTS = {
    en: { basketDone: 'In your basket.', tent: 'Tents', boots: 'Boots', stove: 'Stoves', delivery: 'Delivery', privacy: 'Your details', shop: 'Shop', language: 'Language', title: 'outdoor shop' },
    fi: {
      answeredIn: 'Tälle kaupalle vastataan:', shop: 'Kauppa', language: 'Kieli', mailbox: 'Postilaatikko', title: 'retkeilykauppa', tent: 'Teltat', boots: 'Kengät', stove: 'Keittimet', delivery: 'Toimitus',
      hello: 'Hyvin varustettuna ulkona', lead: 'Teltat, kengät ja keittimet, kokeiltu pohjoisen säässä. Kysy mitä vain: vastaamme chatissa.',
      see: 'Katso teltat', popular: 'Suosittua nyt', tentShort: 'Teltta kahdelle, 2,1 kg', bootsShort: 'Vaelluskengät, vedenpitävät',
      stoveShort: 'Kaasukeitin, 98 g', stock: 'Varastossa, perillä 2–4 päivässä', basket: 'Lisää koriin', basketDone: 'Lisätty koriin.',
      tentLong: 'Tunneliteltta kahdelle, 2,1 kg. Pitää muotonsa 25 m/s tuulessa ja kuivuu tunnissa.',
      bootsLong: 'Vedenpitävät nahkakengät, pehmeä kantapää. Koot 36–47; puoli numeroa suurempi on hyvä valinta.',
      stoveLong: 'Kaasukeitin, 98 grammaa. Litra kiehuu neljässä minuutissa; kaasu ei sisälly.',
      deliveryLong: 'Ennen puoltapäivää tehdyt tilaukset lähtevät samana päivänä. Ilmainen toimitus yli 60 € tilauksiin, palautus 30 päivää.',
      privacy: 'Tietosi', privacyLong: 'Tämä on demo: mitä chatiin kirjoitat, pysyy tällä koneella, ja tietokanta hävitetään lopuksi.',
      pretend: 'Kauppa on leikkikauppa: mitään ei myydä. Chat on oikea.',
    },
    sv: {
      answeredIn: 'Butiken svarar i:', shop: 'Butik', language: 'Språk', mailbox: 'Brevlåda', title: 'friluftsbutik', tent: 'Tält', boots: 'Kängor', stove: 'Kök', delivery: 'Leverans',
      hello: 'Väl utrustad ute', lead: 'Tält, kängor och kök prövade i nordligt väder. Fråga vad som helst: vi svarar i chatten.',
      see: 'Se tälten', popular: 'Populärt nu', tentShort: 'Tält för två, 2,1 kg', bootsShort: 'Vandringskängor, vattentäta',
      stoveShort: 'Gaskök, 98 g', stock: 'I lager, framme om 2–4 dagar', basket: 'Lägg i korgen', basketDone: 'Ligger i korgen.',
      tentLong: 'Tunneltält för två, 2,1 kg. Håller formen i 25 m/s och torkar på en timme.',
      bootsLong: 'Vattentäta läderkängor med mjuk häl. Storlek 36–47; en halv storlek större är ett bra val.',
      stoveLong: 'Gaskök på 98 gram. Kokar en liter på fyra minuter; gas ingår inte.',
      deliveryLong: 'Beställningar före klockan tolv går i väg samma dag. Fri leverans från 60 €, fri retur i 30 dagar.',
      privacy: 'Dina uppgifter', privacyLong: 'Det här är en demo: det du skriver i chatten stannar på den här datorn, och databasen slängs efteråt.',
      pretend: 'Kauppa är en låtsasbutik: ingenting säljs här. Chatten är riktig.',
    },
    de: {
      answeredIn: 'Dieser Laden antwortet in:', shop: 'Laden', language: 'Sprache', mailbox: 'Postfach', title: 'Outdoor-Laden', tent: 'Zelte', boots: 'Schuhe', stove: 'Kocher', delivery: 'Lieferung',
      hello: 'Draußen gut ausgerüstet', lead: 'Zelte, Schuhe und Kocher, im Norden erprobt. Fragen Sie uns: Wir antworten im Chat.',
      see: 'Zu den Zelten', popular: 'Gerade beliebt', tentShort: 'Zelt für zwei, 2,1 kg', bootsShort: 'Wanderschuhe, wasserdicht',
      stoveShort: 'Gaskocher, 98 g', stock: 'Auf Lager, in 2–4 Tagen bei Ihnen', basket: 'In den Warenkorb', basketDone: 'Im Warenkorb.',
      tentLong: 'Tunnelzelt für zwei, 2,1 kg. Hält bis 25 m/s die Form und trocknet in einer Stunde.',
      bootsLong: 'Wasserdichte Lederschuhe mit weicher Ferse. Größe 36 bis 47; eine halbe Nummer größer ist ratsam.',
      stoveLong: 'Gaskocher mit 98 Gramm. Ein Liter kocht in vier Minuten; ohne Kartusche.',
      deliveryLong: 'Bestellungen vor 12 Uhr gehen am selben Tag hinaus. Ab 60 € versandfrei, Rückgabe 30 Tage.',
      privacy: 'Ihre Daten', privacyLong: 'Dies ist eine Demo: Was Sie im Chat schreiben, bleibt auf diesem Rechner, und die Datenbank wird am Ende verworfen.',
      pretend: 'Kauppa ist ein Spielladen: Hier wird nichts verkauft. Der Chat ist echt.',
    },
  };
  const NAMES = { tent: 'Tuuli 2', boots: 'Polku Mid', stove: 'Liekki' };
  const query = new URLSearchParams(location.search);
  const language = Object.hasOwn(TEXTS, query.get('lang')) ? query.get('lang') : 'en';
  const texts = TEXTS[language];
  document.documentElement.lang = language;

  const asked = Object.fromEntries(['page', 'site'].filter((name) => query.get(name)).map((name) => [name, query.get(name)]));
  const address = (changes) => {
    const wanted = Object.entries({ ...asked, lang: language, ...changes });
    return `?${new URLSearchParams(wanted.filter(([name, value]) => value || name !== 'site'))}`;
  };
  const each = (selector, work) => document.querySelectorAll(selector).forEach(work);

  function showPage() {
    const views = [...document.querySelectorAll('[data-view]')].map((view) => view.dataset.view);
    const page = views.includes(query.get('page')) ? query.get('page') : '';
    each('[data-view]', (view) => { view.hidden = view.dataset.view !== page; });
    each('a[data-page]', (link) => {
      link.href = address({ page: link.dataset.page });
      if (link.dataset.page === page && link.closest('.menu')) link.setAttribute('aria-current', 'page');
    });
    each('a[data-lang]', (link) => {
      link.href = address({ lang: link.dataset.lang });
      if (link.dataset.lang === language) link.setAttribute('aria-current', 'true');
    });
    const name = NAMES[page] || texts[page];
    document.title = name ? `${name} – Kauppa` : `Kauppa – ${texts.title}`;
  }

  function speak() {
    each('[data-text]', (part) => { if (texts[part.dataset.text]) part.textContent = texts[part.dataset.text]; });
    each('[data-label]', (part) => part.setAttribute('aria-label', texts[part.dataset.label]));
    each('button.buy', (buy) => buy.addEventListener('click', () => { document.getElementById('said').textContent = texts.basketDone; }));
  }

  // Where there is a second site, whose team works elsewhere, the shop has a switch; in the demo's frame it is above.
  function showSites() {
    const second = document.getElementById('answered').dataset.site;
    document.getElementById('answered').hidden = !second || window.parent !== window;
    each('a[data-site]', (link) => {
      link.href = address({ site: link.dataset.site });
      if (link.dataset.site === (query.get('site') === second ? second : '')) link.setAttribute('aria-current', 'true');
    });
  }

  // The title is set at once too: the chat may tell the agents of the page before everything is drawn.
  document.title = NAMES[query.get('page')] ? `${NAMES[query.get('page')]} – Kauppa` : `Kauppa – ${texts.title}`;
  document.addEventListener('DOMContentLoaded', () => {
    showPage();
    showSites();
    speak();
  });
})();
