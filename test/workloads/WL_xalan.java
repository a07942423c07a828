import java.io.*; import javax.xml.transform.*; import javax.xml.transform.stream.*;
public class WL_xalan extends Workload {
    static String xml(int n) {
        StringBuilder b = new StringBuilder("<?xml version='1.0'?><site><regions>"); long s = 42;
        for (int i = 0; i < n; i++) { s = seed(s);
            b.append("<item id='i").append(i).append("' cat='c").append(Math.floorMod(s, 17)).append("'><name>Thing ").append(Long.toHexString(s)).append("</name><price>").append(Math.floorMod(s >> 7, 9999) / 100.0)
             .append("</price><desc><p>Lorem ipsum, dolor <b>sit</b> amet ").append(i * 31).append(" consectetur; adipiscing elit</p><p>sed do <i>eiusmod</i> tempor</p></desc><ref to='i").append(Math.floorMod(s >> 3, n)).append("'/></item>"); }
        return b.append("</regions></site>").toString();
    }

    public static void main(final String[] a) throws Exception {
        final String x = xml(400);
        String xsl = "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'><xsl:output method='html'/><xsl:key name='k' match='item' use='@id'/>"
         + "<xsl:template match='/'><html><body><table><xsl:for-each select='site/regions/item'><xsl:sort select='price' data-type='number' order='descending'/><xsl:apply-templates select='.'/></xsl:for-each></table>Total <xsl:value-of select=\"format-number(sum(//price),'#,##0.00')\"/></body></html></xsl:template>"
         + "<xsl:template match='item'><tr class='{@cat}'><td><xsl:number/></td><td><xsl:value-of select='name'/></td><td><xsl:value-of select=\"key('k',ref/@to)/name\"/></td><td><xsl:call-template name='rep'><xsl:with-param name='s' select='desc'/></xsl:call-template></td><xsl:apply-templates select='desc'/></tr></xsl:template>"
         + "<xsl:template match='b|i'><em><xsl:apply-templates/></em></xsl:template><xsl:template match='p'><td><xsl:apply-templates/></td></xsl:template>"
         + "<xsl:template name='rep'><xsl:param name='s'/><xsl:choose><xsl:when test=\"contains($s,' ')\"><xsl:value-of select=\"translate(substring-before($s,' '),'abcdef','ABCDEF')\"/>_<xsl:call-template name='rep'><xsl:with-param name='s' select=\"substring-after($s,' ')\"/></xsl:call-template></xsl:when><xsl:otherwise><xsl:value-of select='$s'/></xsl:otherwise></xsl:choose></xsl:template></xsl:stylesheet>";
        final Templates tp = new org.apache.xalan.processor.TransformerFactoryImpl().newTemplates(new StreamSource(new StringReader(xsl)));
        run("xalan", a, 2, true, new Work() { public void once(int t, long i) throws Exception {
            StringWriter o = new StringWriter(); tp.newTransformer().transform(new StreamSource(new StringReader(x)), new StreamResult(o)); sink = o; } });
    }
}
