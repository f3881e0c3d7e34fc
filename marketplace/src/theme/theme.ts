import { createTheme, type MantineColorsTuple } from '@mantine/core'

/** One accent, basalt teal; everything else is paper, ink and strata (`theme.css`). */
const basalt: MantineColorsTuple = [
  '#e9f4f3',
  '#d3e6e5',
  '#a8cfcd',
  '#7bb8b6',
  '#5fb8b8',
  '#2f8585',
  '#177474',
  '#0f6e6e',
  '#0b5b5b',
  '#074848',
]

/** What Mantine takes for text, lines and grounds in the dark: ink and paper by night. */
const dark: MantineColorsTuple = [
  '#e8e6e1',
  '#c9ccd2',
  '#a4acba',
  '#6b7484',
  '#343b47',
  '#262c36',
  '#1a1f28',
  '#14181f',
  '#0f1218',
  '#0b0e13',
]

export const theme = createTheme({
  primaryColor: 'basalt',
  primaryShade: { light: 7, dark: 6 },
  colors: { basalt, dark },
  respectReducedMotion: true,
  defaultRadius: 6,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '13px', sm: '13px', md: '15px', lg: '18px', xl: '24px' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.4', xl: '1.3' },
  spacing: { xs: '4px', sm: '8px', md: '16px', lg: '24px', xl: '32px' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '24px', lineHeight: '1.3' },
      h2: { fontSize: '18px', lineHeight: '1.4' },
      h3: { fontSize: '15px', lineHeight: '1.5' },
    },
  },
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 300, events: { hover: true, focus: true, touch: true } } },
    InputWrapper: { styles: { description: { fontSize: 13 }, error: { fontSize: 13 } } },
    Modal: { defaultProps: { centered: true }, styles: { title: { fontWeight: 600, fontSize: 18 } } },
  },
})
