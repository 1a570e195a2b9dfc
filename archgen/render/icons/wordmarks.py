"""Logos that are a line of text, by their slugs: written by `python -m tests.render.wordmarks`, don't edit."""

from __future__ import annotations

_WRITTEN = """
500px aboutdotme abusedotch acer action activision adyen agora airbus aliexpress allegro amd amg amul ana ansys
apachefreemarker apachelucene appsmith arm armkeil asda astonmartin asus bata bentley bereal billboard bind9 borgbackup
bose britishairways caldotcom chevrolet chrysler civo cnet cocacola codingame coinbase comptia comsol cora cpanel
craftsman creality creativetechnology csdn cultura dacia daf datto delonghi delta denon derspiegel dhl dior discover
distrokid dovecot doxygen easyjet egnyte epson etihadairways expressdotcom eyeem f1 fairphone fedex ferrarinv fifa fila
filament fillout fineco fiverr fluke fmod fossa foxtel fujifilm g2a garmin githubpages gldotinet gmx gsk gsma gstreamer
hbomax hcl hitachi honor htc iceland ieee ifttt imou imperva infoq intermarche intuit ionos iris itvx iveco jcb jetblue
jetty jouav juke junipernetworks kakao kaspersky kfc khronosgroup kia kinsta kit kofax konami ktm lenovo lequipe lifx
lining macos mahindra malt matterdotjs maytag mclaren mediatek mihoyo mixcloud msibusiness nasa nationalgrid nbb nec
netgear nette nextdoor nikon nokia nounproject now nrwl nvm nzxt oclif odoo okx openssl opentext oppo oracle oreilly
otto panasonic papertrail paychex paytm pegasusairlines penny phpbb picrew pimcore playstation2 playstation3
playstation4 playstation5 playstationportable playstationvita pond5 powerdns prevention qnap quantcast quest reebok rewe
roku roon rsyslog rtl rtm runkeeper samsung sartorius sepa siemens sonarqube sonicwall sonos sony spacy splunk
sqlalchemy startend starz steamworks sumologic swr synology syslogng tesco testin thangs theguardian threadless
ticketmaster toll toshiba trove trulia tubi typeform uber udotsdotnews underscoredotjs valve veeam vegas venmo veritas
vespa vestel vimeolivestream visa vivo vmware vox vulkan wacom woocommerce wyze yeti youtubetv zebratechnologies zenodo
zensar zomato zoom
"""

WORDMARKS = frozenset(_WRITTEN.split())
